"""Random episodes, and a task in which the first observation must be remembered."""

import gymnasium as gym
import numpy as np
from aifgym.training.learners.memory.episodes import Episodes


def random_episodes(
    seed: int, count: int = 3, most_steps: int = 3, num_symbols: int = 2, num_actions: int = 2
) -> Episodes:
    """Episodes without any rule; outcome 0 goes on, 1 brings something, 2 also ends."""
    rng = np.random.default_rng(seed)
    lengths = np.sort(rng.integers(1, most_steps + 1, size=count))[::-1]
    shape = count, int(lengths[0])
    ended = rng.random(count) < 0.5
    outcomes = rng.integers(2, size=shape)
    outcomes[np.arange(count)[ended], lengths[ended] - 1] = 2
    return Episodes(
        rng.integers(num_symbols, size=(count, shape[1] + 1)),
        rng.integers(num_actions, size=shape),
        outcomes,
        lengths,
        ended,
        np.array([0.0, 0.5, 1.0]),
        np.array([False, False, True]),
        np.arange(num_symbols),
        num_actions,
    )


class Recall(gym.Env):
    """Shows 0 or 1, then 2 for a while, then 3: now the action must be what was shown first."""

    observation_space = gym.spaces.Discrete(5)
    action_space = gym.spaces.Discrete(2)

    def __init__(self, pause: int = 2, told: bool = False) -> None:
        self._pause, self._told = pause, told
        if told:  # what was shown first stays visible
            self.observation_space = gym.spaces.Discrete(8)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self._first, self._age = int(self.np_random.integers(2)), 0
        return self._seen(self._first), {}

    def step(self, action):
        self._age += 1
        shown = self._seen(3 if self._age > self._pause else 2)
        if self._age > self._pause + 1:
            return shown, 1.0 if action == self._first else -1.0, True, False, {}
        return shown, 0.0, False, False, {}

    def _seen(self, symbol: int) -> int:
        return symbol + 4 * self._first * self._told


def mean_return(agent, env: gym.Env, episodes: int = 20) -> float:
    """Mean return, the agent's memory handed back in each step."""
    returns = []
    for episode in range(episodes):
        observation, _ = env.reset(seed=1000 + episode)
        state, total, done = None, 0.0, False
        while not done:
            action, state = agent.predict(observation, state)
            observation, reward, terminated, truncated, _ = env.step(int(action))
            total, done = total + float(reward), terminated or truncated
        returns.append(total)
    return float(np.mean(returns))
