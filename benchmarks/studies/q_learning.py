"""Tabular Q-learning (Watkins 1989), the natural peer where observations are numbers."""

import dataclasses
import time
from collections.abc import Callable

import gymnasium as gym
import numpy as np


@dataclasses.dataclass(frozen=True)
class QSettings:
    """How it learns.

    The defaults are those of Hugging Face's Deep RL Course, unit 2, for FrozenLake: there the share
    of random actions falls as `exp(-0.0005 episode)` in 10,000 episodes, so by `exp(-5)` in all.

    Attributes:
        learning_rate: of each update.
        discount: of a step.
        first_epsilon: share of random actions at the start.
        last_epsilon: which it falls to.
        decay: in logarithms, over all steps.
    """

    learning_rate: float = 0.7
    discount: float = 0.95
    first_epsilon: float = 1.0
    last_epsilon: float = 0.05
    decay: float = 5.0


# The second is for what is slippery, where an outcome says little: the mean of many is needed.
Q_LEARNING = {
    "Q-learning": QSettings(),
    "Q-learning, rate 0.1": QSettings(learning_rate=0.1, discount=0.99),
}


@dataclasses.dataclass(frozen=True)
class QTable:
    """What was learned, behind `predict`.

    Attributes:
        values: `(n, U)`, of each action at each observation.
    """

    values: np.ndarray

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """The best action of each."""
        return self.values[np.asarray(observation)].argmax(axis=-1), state


def has_table(env: gym.Env) -> bool:
    """Whether observations and actions are single numbers from 0 on."""
    spaces = env.observation_space, env.action_space
    return all(isinstance(own, gym.spaces.Discrete) and own.start == 0 for own in spaces)


def train_q_table(
    make: Callable[[], gym.Env], steps: int, seed: int, settings: QSettings
) -> tuple[QTable, float]:
    """The table after so many steps, and the processor seconds that it took.

    Args:
        make: makes the task, see `has_table`.
        steps: of training; the share of random actions falls over these.
        seed: of the environment and of random actions.
        settings: of learning.
    """
    env, rng, start = make(), np.random.default_rng(seed), time.process_time()
    assert isinstance(env.observation_space, gym.spaces.Discrete)
    assert isinstance(env.action_space, gym.spaces.Discrete)
    values = np.zeros((int(env.observation_space.n), int(env.action_space.n)))
    observation, _ = env.reset(seed=seed)
    span = settings.first_epsilon - settings.last_epsilon
    for step in range(steps):
        epsilon = settings.last_epsilon + span * np.exp(-settings.decay * step / steps)
        own = values[observation]
        # Of equally good ones any: where nothing was found yet the first would lead nowhere.
        choice = own == own.max() if rng.random() >= epsilon else np.ones(len(own), bool)
        action = int(rng.choice(np.flatnonzero(choice)))
        following, reward, terminated, truncated, _ = env.step(action)
        ahead = 0.0 if terminated else settings.discount * values[following].max()
        own[action] += settings.learning_rate * (float(reward) + ahead - own[action])
        observation = env.reset()[0] if terminated or truncated else following
    return QTable(values), time.process_time() - start
