"""How a trained policy is judged: the same episodes for everybody."""

import time
from collections.abc import Callable

import gymnasium as gym
import numpy as np

from ...envs.acting import act_by, chosen_by
from ...envs.batches import batch
from ...envs.stepping import EnvironmentList
from ..scenarios.scenario import EVALUATION_EPISODES, FIRST_EVALUATION_SEED

TIMED_CALLS = 200


def episode_returns(
    policy,
    make_env: Callable[[], gym.Env],
    num_episodes: int = EVALUATION_EPISODES,
    first_seed: int = FIRST_EVALUATION_SEED,
) -> np.ndarray:
    """Sum of rewards of each evaluation episode, all episodes side by side.

    Args:
        policy: has SB3's `predict`; a contender that `sees_state` gets states as observations.
        make_env: makes an environment.
        num_episodes: E.
        first_seed: episode i is reset with seed `first_seed + i`.

    Returns:
        `(E,)` float64.
    """
    envs = [make_env() for _ in range(num_episodes)]
    worlds = EnvironmentList(envs, restart=False, see=_seen_by(policy))
    returns = np.zeros(num_episodes)
    for step in act_by(chosen_by(policy), worlds, first_seed):
        returns += step.reward  # 0 where the episode has ended
    return returns


def _seen_by(policy) -> Callable:
    """What of an environment's observation and info goes to `predict`."""
    return _state if getattr(policy, "sees_state", False) else _observation


def _observation(observation, info):
    return observation


def _state(observation, info):
    return np.squeeze(info["state"])  # of a process with one factor it has an axis


def predict_microseconds(policy, make_env: Callable[[], gym.Env]) -> float:
    """Median time of `predict` for one observation, memory handed on, after a warm-up."""
    see = _seen_by(policy)
    observation = see(*make_env().reset(seed=FIRST_EVALUATION_SEED))
    seen, start, state = batch([observation]), np.zeros(1, bool), None
    seconds = []
    for _ in range(TIMED_CALLS + 20):
        before = time.perf_counter()
        _, state = policy.predict(seen, state, start)
        seconds.append(time.perf_counter() - before)
    return float(np.median(seconds[20:]) * 1e6)
