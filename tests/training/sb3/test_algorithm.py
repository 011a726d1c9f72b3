import gymnasium as gym
import numpy as np
import pytest
from aifgym.training import LearnConfig, learn
from aifgym.training.sb3 import ActiveInference
from sb3_helpers import SMALL, assert_same_agents, model_of
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import DummyVecEnv
from world_model_helpers import Corridor


@pytest.mark.parametrize("kind", ["box", "discrete", "dict"])
def test_it_learns_what_learn_does_to_the_bit(kind):
    model = model_of(Corridor(kind), seed=1).learn(500)
    agent, history = learn(Corridor(kind), 500, LearnConfig(**SMALL), seed=1)
    assert_same_agents(model.agent, agent)
    ours, theirs = model.learn_history.rows, history.rows
    assert [{**row, "seconds": 0} for row in ours] == [{**row, "seconds": 0} for row in theirs]
    assert evaluate_policy(model, model.get_env(), 5)[0] == 1.0
    assert isinstance(model, BaseAlgorithm)
    assert model.num_timesteps == 500


def test_two_runs_are_equal_to_the_bit_and_another_seed_is_another_run():
    def decide(seed):
        model = model_of(seed=seed).learn(400)
        seen = np.linspace(0, 1, 50, dtype=np.float32)[:, None]
        return model.agent, model.predict(seen, deterministic=False)[0]

    (first, drawn), (again, same), (other, _) = decide(3), decide(3), decide(4)
    assert_same_agents(first, again)
    np.testing.assert_array_equal(drawn, same)
    assert first.policy.neg_efe[0].tolist() != other.policy.neg_efe[0].tolist()


def test_without_a_seed_each_model_draws_one():
    assert model_of().learner_seed != model_of().learner_seed


def test_learning_goes_on_from_all_that_was_seen():
    # A round of this length is over when its first 200 steps are, so both have the same rounds.
    settings = {"first_steps": 200, "growth": 1.0, "largest_round": 200, "seed": 1}
    env = gym.wrappers.TimeLimit(NeverEnding(), 20)
    parts = model_of(env, **settings).learn(200).learn(200, reset_num_timesteps=False)
    assert parts.num_timesteps == 400
    whole = model_of(gym.wrappers.TimeLimit(NeverEnding(), 20), **settings).learn(400)
    assert_same_agents(parts.agent, whole.agent)
    parts.learn(100)
    assert parts.num_timesteps == 100
    assert parts.rounds.steps == 500


class NeverEnding(Corridor):
    """The corridor without an end."""

    def step(self, action):
        seen, reward, *_ = super().step(action)
        return seen, reward, False, False, {}


def test_environments_can_be_changed_for_others_of_the_same_spaces():
    model = model_of(seed=1).learn(300)
    first = model.get_env()
    model.set_env(Corridor())
    assert isinstance(model.get_env(), DummyVecEnv)
    assert model.get_env() is not first
    model.learn(200, reset_num_timesteps=False)
    assert model.num_timesteps == 500
    with pytest.raises(ValueError, match="spaces do not match"):
        model.set_env(Corridor("discrete"))
    with pytest.raises(AssertionError, match="number of environments"):
        model.set_env(DummyVecEnv([Corridor] * 2))


def test_side_by_side():
    model = model_of(make_vec_env(Corridor, 3, seed=0), seed=0).learn(600)
    assert model.num_timesteps >= 600
    assert evaluate_policy(model, model.get_env(), 6)[0] == 1.0


def test_several_actions_at_once():
    class Two(Corridor):
        def __init__(self):
            super().__init__()
            self.action_space = gym.spaces.MultiDiscrete([3, 2])

        def step(self, action):
            return super().step(action[0])

    model = model_of(Two(), seed=0)
    before, _ = model.predict(np.zeros((4, 1), np.float32))
    assert before.shape == (4, 2)
    model.learn(600)
    assert model.predict(np.float32([0.4]), deterministic=True)[0].shape == (2,)
    assert evaluate_policy(model, model.get_env(), 5)[0] == 1.0


def test_before_learning_it_acts_at_random_and_says_that_there_is_no_agent():
    model = model_of(seed=5)
    many, state = model.predict(np.zeros((3000, 1), np.float32), deterministic=True)
    np.testing.assert_allclose(np.bincount(many) / 3000, 1 / 3, atol=0.04)
    assert state is None
    one, _ = model.predict(np.zeros(1, np.float32))
    assert one in range(3)
    with pytest.raises(ValueError, match="first round"):
        _ = model.agent
    with pytest.raises(ValueError, match="first round"):
        _ = model.learn_history


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"learning_rate": 1e-3}, TypeError, r"\['learning_rate'\] are no settings.*num_states"),
        ({"num_states": 0}, ValueError, "num_states"),
        ({"seed": -1}, ValueError, "(?i)seed"),
    ],
)
def test_settings_are_checked(settings, error, message):
    with pytest.raises(error, match=message):
        model_of(**settings)


def test_what_cannot_be_learned_is_refused():
    with pytest.raises(TypeError, match="discretise"):
        ActiveInference("auto", "Pendulum-v1")
    with pytest.raises(ValueError, match="Policy Best unknown"):
        ActiveInference("Best", Corridor())


def test_the_processor_computes_whatever_the_device():
    with pytest.warns(UserWarning, match="processor"):
        model = model_of(device="cuda")
    assert model.device.type == "cpu"
    assert model_of(device="cpu").device == model_of(device="auto").device
