"""Random walks as experience, and a task that is learned in seconds."""

import gymnasium as gym
import numpy as np
from aifgym.training.learners.world_model.experience import Experience


def walk(
    count: int,
    dim: int = 1,
    step: float = 0.7,
    noise: float = 0.0,
    seed: int = 0,
    hidden_velocity: bool = False,
) -> Experience:
    """Left or right on a line from 0 to 10, in episodes of 25 steps; it ends above 9.5.

    With `hidden_velocity` the actions push, and the position alone is observed.
    """
    rng = np.random.default_rng(seed)
    rows, episode, age = [], 0, 0
    place, velocity = np.full(dim, 5.0), 0.0
    action = 0
    for _ in range(count):
        if rng.random() < 0.4:
            action = int(rng.integers(2))
        push = (2 * action - 1) * step
        velocity = 0.9 * velocity + 0.2 * push if hidden_velocity else push
        change = np.full(dim, velocity) + 0.3 * rng.normal(size=dim) * (np.arange(dim) > 0)
        jump = noise * rng.choice([-1.0, 1.0])
        after = np.clip(place + change + jump, 0, 10)
        ended = bool(after[0] > 9.5)
        rows.append((place, action, float(ended), after, ended, episode, 0))
        place, age = after, age + 1
        if ended or age == 25:
            episode, age, place, velocity = episode + 1, 0, rng.uniform(2, 8, dim), 0.0
    columns = [np.array(column) for column in zip(*rows)]
    return Experience(*columns, num_actions=2)


class Corridor(gym.Env):
    """A point on a line from 0 to 1 that is pushed left, not at all or right; reward at the right.

    Args:
        kind: `"box"` observes the point, `"discrete"` one of ten cells, `"dict"` both.
        scale: of the observed point.
        dim: how often the point is observed; copies are equal.
    """

    def __init__(self, kind: str = "box", scale: float = 1.0, dim: int = 1) -> None:
        self.kind, self.scale, self.dim = kind, scale, dim
        box = gym.spaces.Box(-np.inf, np.inf, (dim,), np.float32)
        cells = gym.spaces.Discrete(10)
        both = gym.spaces.Dict(place=box, cell=cells)
        self.observation_space = {"box": box, "discrete": cells, "dict": both}[kind]
        self.action_space = gym.spaces.Discrete(3)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.place, self.age = float(self.np_random.uniform(0.3, 0.5)), 0
        return self._seen(), {}

    def step(self, action):
        noise = 0.01 * self.np_random.normal()
        self.place = float(np.clip(self.place + 0.06 * (action - 1) + noise, 0, 1))
        self.age += 1
        ended = self.place >= 0.9
        return self._seen(), float(ended), ended, self.age >= 40, {}

    def _seen(self):
        place = np.full(self.dim, self.place * self.scale, np.float32)
        cell = min(int(self.place * 10), 9)
        return {"box": place, "discrete": cell, "dict": {"place": place, "cell": cell}}[self.kind]


def mean_return(agent, env: gym.Env, episodes: int = 10) -> tuple[float, float]:
    """Mean return and mean length of episodes, the agent's memory handed back each step."""
    returns, lengths = [], []
    for episode in range(episodes):
        observation, _ = env.reset(seed=1000 + episode)
        state, total, length, done = None, 0.0, 0, False
        while not done:
            action, state = agent.predict(observation, state)
            action = int(action) if np.ndim(action) == 0 else action
            observation, reward, terminated, truncated, _ = env.step(action)
            total, length, done = total + reward, length + 1, terminated or truncated
        returns.append(total)
        lengths.append(length)
    return float(np.mean(returns)), float(np.mean(lengths))
