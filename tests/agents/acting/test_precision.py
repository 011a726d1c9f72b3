"""Agents under the settings of JAX that a user may have."""

import jax
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent
from aifgym.envs import LineWorld
from aifgym.envs.jax_env import JaxLineWorld
from helpers import random_model, small_encoder, walking_agent

# pymdp's searches take long to compile, and all sizes compile the same.
CASES = [
    ("tree", "joint", 64),
    ("inductive", "joint", 64),
    ("tree", "pymdp", 64),
    ("sophisticated", "joint", 2),
]


@pytest.mark.parametrize(("planner", "engine", "count"), CASES)
def test_double_precision_elsewhere_changes_no_action(planner, engine, count):
    encoder, rng = small_encoder(4), np.random.default_rng(0)
    model = random_model(rng, num_outcomes=4, policy_len=2, planner=planner)
    observations = rng.normal(size=(count, 2))

    def acting():
        agent = ActiveInferenceEncoderAgent(encoder, model, engine=engine)
        few, _ = agent.predict(observations[:2])
        actions, state = agent.predict(observations)
        drawn, _ = agent.predict(observations, deterministic=False)
        return few, actions, drawn, state[0], agent.free_energy(observations).vfe

    expected = acting()
    with jax.enable_x64(True):
        found = acting()
        again = ActiveInferenceEncoderAgent(small_encoder(4), model, engine=engine)
        assert again.encode(observations).dtype == np.float32
        assert again.predict(observations)[1][0].dtype == np.float32
    for ours, theirs in zip(found, expected):
        np.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == theirs.dtype


def test_a_world_model_expects_the_same_with_double_precision_elsewhere():
    observations = np.random.default_rng(0).uniform(0, 8, (64, 2))
    expected = walking_agent().explain(observations).neg_efe
    with jax.enable_x64(True):
        agent = walking_agent()
        np.testing.assert_array_equal(agent.explain(observations).neg_efe, expected)


def test_a_rollout_is_the_same_with_double_precision_elsewhere(agent):
    env, key = JaxLineWorld(LineWorld()), jax.random.key(0)
    expected = agent.rollout(env, 3, 4, key)
    with jax.enable_x64(True):
        found = agent.rollout(env, 3, 4, key)
    np.testing.assert_array_equal(found.actions, expected.actions)
    assert found.beliefs.dtype == np.float32
