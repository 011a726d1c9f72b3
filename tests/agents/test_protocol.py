"""What is written for any agent works with each kind of them."""

import jax.random as jr
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, AnyAgent, GenerativeModel, ObservationEncoder
from aifgym.training import LearnConfig, learn
from pymdp.agent import Agent
from world_model_helpers import Corridor


def encoder_agent() -> AnyAgent:
    encoder = ObservationEncoder(1, 3, 8, 1, key=jr.key(0))
    B = np.stack([np.eye(3), np.roll(np.eye(3), 1, axis=0), np.roll(np.eye(3), -1, axis=0)], -1)
    model = GenerativeModel(A=np.eye(3), B=B, C=np.array([0.0, 0, 2]), D=np.full(3, 1 / 3))
    return ActiveInferenceEncoderAgent(encoder, model)


def world_agent() -> AnyAgent:
    return learn(Corridor(), 300, LearnConfig(num_states=40, num_members=1))[0]


@pytest.mark.filterwarnings("ignore:A JAX array is being set as static")
@pytest.mark.parametrize("make", [encoder_agent, world_agent])
def test_an_agent_is_used_without_knowing_its_kind(make, tmp_path):
    agent = make()
    assert isinstance(agent, AnyAgent)
    assert agent.observation_space.shape == (1,)
    many = np.linspace(0, 1, 5, dtype=np.float32)[:, None]
    actions, state = agent.predict(many)
    assert all(agent.action_space.contains(action) for action in actions)
    starts = np.array([True, False, True, False, False])
    agent.predict(many, state, starts)
    np.testing.assert_allclose(agent.beliefs.sum(axis=1), 1, atol=1e-5)
    assert np.ndim(agent.explain(many, state, starts).neg_efe) == 2
    agent.on_invalid = "ignore"
    gaps = np.where(starts[:, None], np.nan, many)
    np.testing.assert_array_equal(agent.predict(gaps)[0][~starts], actions[~starts])
    found = agent.explain(many[:1])
    assert np.ndim(found.neg_efe) == 2
    agent.set_random_seed(1)
    first = agent.predict(many, deterministic=False)[0]
    agent.set_random_seed(1)
    np.testing.assert_array_equal(first, agent.predict(many, deterministic=False)[0])
    told = agent.with_goal(observation=np.float32([0.2]))
    assert type(told) is type(agent)
    assert isinstance(agent.pymdp_agent(2), Agent)
    agent.save(tmp_path / "any.aif")
    loaded = ActiveInferenceEncoderAgent.load(tmp_path / "any.aif")
    assert type(loaded) is type(agent)
    np.testing.assert_array_equal(loaded.predict(many)[0], actions)
