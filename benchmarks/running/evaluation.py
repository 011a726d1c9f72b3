"""How a trained policy is judged: the same episodes for everybody."""

import time
from collections.abc import Callable

import gymnasium as gym
import numpy as np

from ..scenarios.line import EVALUATION_EPISODES, FIRST_EVALUATION_SEED

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
    seen = _seen_by(policy)
    started = [env.reset(seed=first_seed + index) for index, env in enumerate(envs)]
    observations = np.stack([seen(*start) for start in started])
    returns, running = np.zeros(num_episodes), np.ones(num_episodes, bool)
    state, episode_start = None, np.ones(num_episodes, bool)
    while running.any():
        actions, state = policy.predict(observations, state, episode_start, deterministic=True)
        episode_start = np.zeros(num_episodes, bool)
        for index in np.flatnonzero(running):
            observation, reward, terminated, truncated, info = envs[index].step(actions[index])
            observations[index] = seen(observation, info)
            returns[index] += reward
            running[index] = not (terminated or truncated)
    return returns


def _seen_by(policy) -> Callable:
    """What of an environment's observation and info goes to `predict`."""
    return _state if getattr(policy, "sees_state", False) else _observation


def _observation(observation, info):
    return observation


def _state(observation, info):
    return info["state"]


def predict_microseconds(policy, make_env: Callable[[], gym.Env]) -> float:
    """Median time of `predict` for one observation, memory handed on, after a warm-up."""
    seen = _seen_by(policy)
    observation = seen(*make_env().reset(seed=FIRST_EVALUATION_SEED))
    batch, start, state = np.asarray(observation)[None], np.zeros(1, bool), None
    seconds = []
    for _ in range(TIMED_CALLS + 20):
        before = time.perf_counter()
        _, state = policy.predict(batch, state, start)
        seconds.append(time.perf_counter() - before)
    return float(np.median(seconds[20:]) * 1e6)
