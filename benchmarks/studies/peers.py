"""Peers on the tasks of `aifgym tasks`: SB3's settings, RL-Zoo's, and peers that remember.

Where observations are numbers also tabular Q-learning.
"""

import dataclasses
import functools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

from ..contenders.registry import load_contender
from ..contenders.sb3 import seeded_envs
from .q_learning import Q_LEARNING, QTable, has_table, train_q_table

RL_ZOO = Path(__file__).with_name("rl_zoo.json")
PEERS = ("PPO", "PPO RL-Zoo", "DQN", "DQN RL-Zoo", *Q_LEARNING)
# Contenders of the benchmark: what they have instead of memory, or as memory, is said there.
MEMORY_PEERS = ("PPO stacked", "RecurrentPPO")


class Peer:
    """A trained peer behind `predict`, its observations normalised as in its training.

    Args:
        model: SB3's, or a contender.
        normalise: from observations to what the model was trained on.
    """

    def __init__(self, model: Any, normalise: Callable[[np.ndarray], np.ndarray]) -> None:
        self._model, self._normalise = model, normalise

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """SB3's own."""
        seen = self._normalise(observation)
        return self._model.predict(seen, state, episode_start, deterministic)


def peer_settings(name: str, env: gym.Env) -> dict | None:
    """What one of `PEERS` is set to in an environment.

    None where RL-Zoo has no settings for it, or it learns no table of such a task.
    """
    if name in Q_LEARNING:
        return dataclasses.asdict(Q_LEARNING[name]) if has_table(env) else None
    algorithm, _, zoo = name.partition(" ")
    if not zoo or name in MEMORY_PEERS:
        return {}
    spec = env.unwrapped.spec
    return _zoo()[algorithm].get(spec.id if spec else None)


def train_peer(
    name: str, make: Callable[[], gym.Env], steps: int, seed: int
) -> tuple[Peer | QTable, float]:
    """A peer that learned for so many steps, and the processor seconds that it took.

    What its settings change over a training, exploration and learning rates, is spread over these
    steps.

    Args:
        name: one of `PEERS` or `MEMORY_PEERS`; what remembers sees a `Discrete` observation as a
            vector, which can be stacked.
        make: makes the task.
        steps: in all environments together; PPO finishes the rollout that it has begun.
        seed: of the training.

    Raises:
        ValueError: there are no settings for it.
    """
    given = peer_settings(name, make())
    if given is None:
        raise ValueError(f"there are no settings for {name} in this task")
    if name in Q_LEARNING:
        return train_q_table(make, steps, seed, Q_LEARNING[name])
    if name in MEMORY_PEERS:
        return _train_contender(name, make, steps, seed)
    import stable_baselines3 as sb3
    from stable_baselines3.common.vec_env import VecNormalize

    settings: dict[str, Any] = {key: scheduled(value) for key, value in given.items()}
    envs = seeded_envs(make, settings.pop("n_envs", 1), seed)
    normalise: Callable = np.asarray
    if settings.pop("normalize", False):
        envs = VecNormalize(envs)
        normalise = envs.normalize_obs
    start = time.process_time()
    kind = getattr(sb3, name.partition(" ")[0])
    model = kind("MlpPolicy", envs, seed=seed, device="cpu", **settings)
    model.learn(steps)
    return Peer(model, normalise), time.process_time() - start


def _train_contender(name: str, make: Callable[[], gym.Env], steps: int, seed: int):
    space = make().observation_space
    contender, start = load_contender(name)(), time.process_time()
    contender.train(lambda: gym.wrappers.FlattenObservation(make()), steps, seed)
    seconds = time.process_time() - start

    def vectors(seen: np.ndarray) -> np.ndarray:
        return np.stack([np.asarray(gym.spaces.flatten(space, one)) for one in seen])

    return Peer(contender, vectors), seconds


def scheduled(value):
    """RL-Zoo's `lin_0.1` as the function that falls from 0.1 to 0; other values as they are."""
    if isinstance(value, str) and value.startswith("lin_"):
        first = float(value.removeprefix("lin_"))
        return lambda left: left * first
    return value


@functools.cache
def _zoo() -> dict:
    return json.loads(RL_ZOO.read_text())
