"""Guests from outside of the package: an encoder, a planner and a learner of somebody else's."""

import dataclasses

import equinox as eqx
import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.agents.encoders import protocol as encoders
from aifgym.agents.planning import protocol as planners
from aifgym.envs import LineWorld
from aifgym.training import TrainConfig, fit
from aifgym.training.learners import registry
from aifgym.training.learners.history import History
from aifgym.training.learners.protocol import Learned


class NearestMean(eqx.Module):
    """An encoder that knows the means: nothing of ours but the names of its methods."""

    kind = "nearest_mean"
    means: jax.Array

    @property
    def observation_space(self):
        return gym.spaces.Box(-np.inf, np.inf, (self.means.shape[1],), np.float32)

    @property
    def num_outcomes(self):
        return len(self.means)

    def logits(self, observations):
        return -((observations[:, None] - self.means[None]) ** 2).sum(axis=-1) / 2

    def permuted(self, order):
        return NearestMean(self.means[order])

    def config(self):
        return {}

    def arrays(self):
        return {"means": np.asarray(self.means)}

    @classmethod
    def restored(cls, config, arrays):
        return cls(jnp.asarray(arrays["means"]))


class Contrary(eqx.Module):
    """A planner that always takes the last action."""

    last: int = eqx.field(static=True)

    def __init__(self, model):
        self.last = model.num_actions - 1

    @classmethod
    def num_bytes(cls, num_states, num_outcomes, num_actions, policy_len):
        return 0

    @classmethod
    def pymdp_goal(cls, model):
        return None

    def best_action(self, belief):
        return jnp.full(len(belief), self.last)

    def sampled_action(self, belief, key):
        return self.best_action(belief)

    def explain(self, model, beliefs):
        nothing = np.zeros((len(beliefs), model.num_actions))
        return planners.Explanation(nothing, nothing, nothing, nothing, nothing)


class Told:
    """A learner that is told the means and only counts its data."""

    can_resume = False

    def __init__(self, config):
        self.config = config

    def learn(self, data, problem, key, run):
        encoder = NearestMean(jnp.asarray(LineWorld().means, jnp.float32))
        num_states = len(problem.B)
        model = GenerativeModel(
            A=np.eye(num_states),
            B=problem.B,
            C=np.eye(num_states)[problem.target_state],
            D=np.full(num_states, 1 / num_states),
            planner=self.config.planner,
        )
        history = History([], np.zeros(1), np.zeros(1), 0, data.num_transitions)
        return Learned(encoder, model, np.full(num_states, 1 / num_states), history)


@pytest.fixture
def guests(monkeypatch):
    """All three registered, and gone again afterwards."""
    for known in (encoders.KINDS, planners.PLANNERS, registry.LEARNERS):
        monkeypatch.setattr(known, "_classes", dict(known._classes))
    encoders.register_encoder(NearestMean)
    planners.register_planner("contrary", Contrary)
    registry.register_learner("told", Told)


def test_guests_train_act_and_come_back_from_a_file(guests, tmp_path):
    config = TrainConfig(objective="told", planner="contrary", num_transitions=100)
    agent, history = fit(LineWorld(), config)
    assert history.num_transitions >= 80
    assert "planner='contrary'" in repr(agent)
    agent.save(tmp_path / "agent.aif")
    loaded = ActiveInferenceEncoderAgent.load(tmp_path / "agent.aif")
    observations = LineWorld().means.astype(np.float32)
    for one in (agent, loaded):
        actions, _ = one.predict(observations)
        np.testing.assert_array_equal(actions, np.full(5, 2))
        np.testing.assert_array_equal(one.beliefs.argmax(axis=1), np.arange(5))
    with pytest.raises(ValueError, match="objective that can resume, not 'told'"):
        fit(LineWorld(), config, run_folder=tmp_path / "run")


def test_a_name_is_given_once(guests):
    class Other(NearestMean):
        pass

    for register, arguments in (
        (encoders.register_encoder, (Other,)),
        (planners.register_planner, ("contrary", Told)),
        (planners.register_planner, ("auto", Contrary)),
        (registry.register_learner, ("told", Contrary)),
    ):
        with pytest.raises(ValueError, match="registered already"):
            register(*arguments)


def test_unknown_names_are_refused_with_the_known_ones(agent):
    model = dataclasses.replace(agent.model, planner="contrary")
    with pytest.raises(ValueError, match=r"planner must be one of .*'tree'.*, got 'contrary'"):
        ActiveInferenceEncoderAgent(agent.encoder, model)
    with pytest.raises(ValueError, match=r"objective must be one of .*'evidence'.*, got 'told'"):
        TrainConfig(objective="told")
    with pytest.raises(ValueError, match=r"encoder kind must be one of 'mlp'.*, got 'strange'"):
        encoders.KINDS.find("strange")


def test_an_unregistered_encoder_decides_but_cannot_be_saved(agent, tmp_path):
    encoder = NearestMean(jnp.asarray(LineWorld().means, jnp.float32))
    guest = ActiveInferenceEncoderAgent(encoder, agent.model)
    assert guest.predict(np.zeros(2))[0].shape == ()
    with pytest.raises((TypeError, ValueError), match="register"):
        guest.save(tmp_path / "agent.aif")
    assert not list(tmp_path.iterdir())
