import re
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from aifgym.training import act
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv


class Counting(gym.Env):
    """Shows how many steps an episode has had; of `length` steps, ended by a limit every other."""

    observation_space = gym.spaces.Box(0, 100, (1,), np.float32)
    action_space = gym.spaces.Discrete(100)

    def __init__(self, length: int) -> None:
        self.length, self.episodes = length, 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.age, self.episodes = 0, self.episodes + 1
        return np.zeros(1, np.float32), {}

    def step(self, action):
        self.age += 1
        over, cut = self.age == self.length, self.episodes % 2 == 0
        # Rewarded where the agent has counted right: its memory began with the episode.
        reward = float(action == self.age - 1)
        return np.float32([self.age]), reward, over and not cut, over and cut, {}


class Counter:
    """Acts by the number of its calls since `episode_start`."""

    def predict(self, observation, state=None, episode_start=None, deterministic=False):
        state = np.full(len(observation), -1) if state is None else state
        state = np.where(episode_start, 0, state + 1)
        return state, state


LENGTHS = (3, 5, 4)
MAKERS = [lambda length=length: Counting(length) for length in LENGTHS]
WORLDS = {
    "next step": lambda: SyncVectorEnv(MAKERS, autoreset_mode=AutoresetMode.NEXT_STEP),
    "same step": lambda: SyncVectorEnv(MAKERS, autoreset_mode=AutoresetMode.SAME_STEP),
    "disabled": lambda: SyncVectorEnv(MAKERS, autoreset_mode=AutoresetMode.DISABLED),
    "Stable-Baselines3": lambda: DummyVecEnv(MAKERS),
    "single": lambda: Counting(3),
}


@pytest.mark.parametrize("name", WORLDS)
def test_a_memory_begins_with_each_episode(name):
    count = 0
    for step in act(Counter(), WORLDS[name](), seed=0):
        valid = step.valid
        np.testing.assert_array_equal(step.reward[valid], 1.0)
        np.testing.assert_array_equal(step.episode_start[valid], step.observation[valid, 0] == 0)
        np.testing.assert_array_equal(step.next_observation[valid], step.observation[valid] + 1)
        assert not step.terminated[~valid].any()
        count += int(valid.sum())
        if count > 60:
            break


@pytest.fixture(scope="module")
def loops() -> dict:
    """The functions that the documentation shows."""
    page = (Path(__file__).parents[3] / "docs" / "tooling.md").read_text()
    names: dict = {"np": np, "gym": gym}
    for code in re.findall(r"```python\n(def .*?)```", page, flags=re.DOTALL):
        exec(code, names)
    return names


@pytest.mark.parametrize("name", ["next step", "same step"])
def test_the_documented_loops_give_what_evaluate_policy_gives(name, loops):
    by_hand = loops[f"returns_{name.replace(' ', '_')}"](Counter(), WORLDS[name](), 40, seed=0)
    for found, make in zip(by_hand, MAKERS):
        env = DummyVecEnv([lambda make=make: Monitor(make())])
        expected, _ = evaluate_policy(Counter(), env, len(found), return_episode_rewards=True)
        assert found == expected
        assert len(found) >= 6


@pytest.mark.parametrize("name", ["next step", "same step"])
@pytest.mark.parametrize("vector", [SyncVectorEnv, AsyncVectorEnv])
def test_the_documented_loops_with_an_agent_of_ours(name, vector, loops, agent):
    """Random environments: the same seeds, so the same episodes, one after the other."""
    makers = [lambda: gym.make("aifgym.envs:ContinuousLineWorld-v0", start_state=None)] * 2
    mode = AutoresetMode[name.upper().replace(" ", "_")]
    envs = vector(makers, autoreset_mode=mode)
    by_hand = loops[f"returns_{name.replace(' ', '_')}"](agent, envs, 60, seed=3)
    envs.close()
    for place, found in enumerate(by_hand):
        env = DummyVecEnv([lambda: Monitor(makers[0]())])
        env.seed(3 + place)
        expected, _ = evaluate_policy(agent, env, len(found), return_episode_rewards=True)
        assert found == expected
        assert len(found) >= 6


def test_what_is_no_environment_is_refused():
    with pytest.raises(TypeError, match="env must be"):
        next(act(Counter(), 3))
