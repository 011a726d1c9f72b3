import dataclasses

import gymnasium as gym
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, WorldModelAgent
from aifgym.training import LearnConfig, learn
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv
from threadpoolctl import ThreadpoolController
from world_model_helpers import Corridor, mean_return

SMALL = LearnConfig(num_states=40, first_steps=200, least_round=150)
STEPS = 500


def without_seconds(history):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in history.rows]


def same_agents(first, second):
    assert len(first.world.members) == len(second.world.members)
    for ours, theirs in zip(first.world.members, second.world.members):
        np.testing.assert_array_equal(ours.transitions.toarray(), theirs.transitions.toarray())
        np.testing.assert_array_equal(ours.rewards, theirs.rewards)
    np.testing.assert_array_equal(first.policy.neg_efe, second.policy.neg_efe)


@pytest.mark.parametrize("kind", ["box", "discrete", "dict"])
def test_a_corridor_is_learned_whatever_is_observed(kind):
    env = Corridor(kind)
    agent, history = learn(env, STEPS, SMALL, seed=1)
    found, length = mean_return(agent, env)
    assert found == 1.0
    assert length < 14  # 0.5 in steps of 0.06, and noise; at random 40 steps often are not enough
    assert history.rows[-1]["steps"] == STEPS
    again, same = learn(Corridor(kind), STEPS, SMALL, seed=1)
    same_agents(agent, again)
    assert without_seconds(history) == without_seconds(same)


def test_linear_algebra_has_one_thread_while_learning_and_its_own_after():
    libraries, found = ThreadpoolController(), []

    class Watched(Corridor):
        def step(self, action):
            found.append({own["num_threads"] for own in libraries.select(user_api="blas").info()})
            return super().step(action)

    with libraries.limit(limits=2, user_api="blas"):
        learn(Watched(), 10, SMALL)
        after = {own["num_threads"] for own in libraries.select(user_api="blas").info()}
    assert all(threads == {1} for threads in found)
    assert after == {2}


def test_units_and_copies_of_a_dimension_do_not_matter():
    agent, _ = learn(Corridor(scale=1e4, dim=2), STEPS, SMALL, seed=1)
    assert mean_return(agent, Corridor(scale=1e4, dim=2))[0] == 1.0


VECTORS = {
    "next step": lambda: SyncVectorEnv([Corridor] * 3, autoreset_mode=AutoresetMode.NEXT_STEP),
    "same step": lambda: SyncVectorEnv([Corridor] * 3, autoreset_mode=AutoresetMode.SAME_STEP),
    "disabled": lambda: SyncVectorEnv([Corridor] * 3, autoreset_mode=AutoresetMode.DISABLED),
    "Stable-Baselines3": lambda: DummyVecEnv([Corridor] * 3),
}


@pytest.mark.parametrize("name", VECTORS)
def test_environments_side_by_side_are_learned_from(name):
    agent, history = learn(VECTORS[name](), 600, SMALL)
    assert history.rows[-1]["steps"] >= 600
    assert mean_return(agent, Corridor())[0] == 1.0
    # What ended was seen to end, and no step leads from one episode into another.
    assert max(member.ended.max() for member in agent.world.members) > 0.9


@pytest.mark.parametrize("kind", ["box", "discrete"])
def test_a_killed_run_goes_on_to_the_same_result(kind, tmp_path):
    class KilledError(Exception):
        pass

    def kill(row, snapshot):
        if row["steps"] > 300:
            raise KilledError

    with pytest.raises(KilledError):
        learn(Corridor(kind), 900, SMALL, run_folder=tmp_path, progress=kill)
    assert len(list(tmp_path.glob("round_*.npz"))) == 2
    resumed, rows = learn(Corridor(kind), 900, SMALL, run_folder=tmp_path)
    whole, expected = learn(Corridor(kind), 900, SMALL)
    same_agents(resumed, whole)
    assert without_seconds(rows) == without_seconds(expected)
    with pytest.raises(ValueError, match="other settings"):
        learn(Corridor(kind), 900, SMALL, seed=5, run_folder=tmp_path)


def test_stable_baselines_evaluates_the_agent_and_its_file_is_the_agent(tmp_path):
    agent, _ = learn(Corridor(), STEPS, SMALL)
    assert evaluate_policy(agent, Monitor(Corridor()), n_eval_episodes=5)[0] == 1.0
    agent.save(tmp_path / "corridor.aif")
    loaded = ActiveInferenceEncoderAgent.load(tmp_path / "corridor.aif")
    assert isinstance(loaded, WorldModelAgent)
    same_agents(agent, loaded)


class Odd(gym.Env):
    """What is unusual about a task, by name."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (2,), np.float32)
        self.action_space = gym.spaces.Discrete(1 if what == "one action" else 2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.age = 0
        return self._seen(), {}

    def step(self, action):
        self.age += 1
        reward = np.nan if self.what == "nan reward" else float(self.what != "no reward")
        ended = self.what == "ends at once"
        return self._seen(), reward, ended, self.age >= 20, {}

    def _seen(self):
        if self.what == "constant":
            return np.zeros(2, np.float32)
        seen = self.np_random.normal(size=2).astype(np.float32)
        return seen * np.nan if self.what == "nan" else seen


@pytest.mark.parametrize("what", ["one action", "no reward", "ends at once", "constant"])
def test_odd_tasks_give_an_agent(what):
    agent, history = learn(Odd(what), 400, SMALL)
    action, _ = agent.predict(np.zeros(2))
    assert action in range(2)
    assert np.isfinite(agent.policy.values(np.zeros((1, agent.world.encoder.shift.shape[1])))).all()
    assert any("no reward" in warning for warning in history.warnings) == (what == "no reward")


@pytest.mark.parametrize(
    ("source", "steps", "error", "message"),
    [
        (Odd("nan"), 100, ValueError, "finite"),
        (Odd("nan reward"), 100, ValueError, "rewards must be finite"),
        (Corridor(), 0, ValueError, "total_timesteps"),
        (Corridor(), None, ValueError, "total_timesteps"),
        ("Pendulum-v1", 100, TypeError, "discretise"),
        (3, 100, TypeError, "env must be"),
    ],
)
def test_what_cannot_be_learned_is_refused(source, steps, error, message):
    with pytest.raises(error, match=message):
        learn(source, steps)


@pytest.mark.parametrize(
    "change",
    [
        {"num_states": 0},
        {"encoder": "hard"},
        {"features": ()},
        {"history": 0},
        {"discount": 1.0},
        {"novelty": -1.0},
        {"caution": -1.0},
        {"growth": 0.0},
    ],
)
def test_settings_are_checked(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        dataclasses.replace(LearnConfig(), **change)
