import gymnasium as gym
import numpy as np
import pytest
from aifgym.training import act
from gymnasium.vector import AutoresetMode, SyncVectorEnv
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


def returns_by_hand(agent, envs, num_steps: int) -> list[float]:
    """The hand-written loop: memory and `episode_start` in one's own hands, mode `NEXT_STEP`."""
    observation, _ = envs.reset(seed=0)
    state, episode_start = None, np.ones(envs.num_envs, bool)
    resets, returns = np.zeros(envs.num_envs, bool), np.zeros(envs.num_envs)
    found = []
    for _ in range(num_steps):
        action, state = agent.predict(observation, state, episode_start, deterministic=True)
        observation, reward, terminated, truncated, _ = envs.step(action)
        returns += reward * ~resets
        # The step after an episode's end resets: the next one begins with what that returned.
        episode_start, resets = resets, terminated | truncated
        found += returns[resets].tolist()
        returns[resets] = 0
    return found


def test_the_hand_written_loop_equals_evaluate_policy():
    by_hand = returns_by_hand(Counter(), WORLDS["next step"](), 60)
    env = DummyVecEnv([lambda make=make: Monitor(make()) for make in MAKERS])
    expected, _ = evaluate_policy(Counter(), env, 12, return_episode_rewards=True)
    assert set(by_hand) == set(expected) == set(map(float, LENGTHS))


def test_what_is_no_environment_is_refused():
    with pytest.raises(TypeError, match="env must be"):
        next(act(Counter(), 3))
