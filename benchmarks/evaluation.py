"""How a trained policy is judged: the same episodes for everybody."""

import time
from collections.abc import Callable

import gymnasium as gym
import numpy as np

from .scenarios import EVALUATION_EPISODES, FIRST_EVALUATION_SEED

TIMED_CALLS = 200


def episode_returns(
    policy, make_env: Callable[[], gym.Env], num_episodes: int = EVALUATION_EPISODES
) -> np.ndarray:
    """Sum of rewards of each evaluation episode, all episodes side by side.

    Args:
        policy: has SB3's `predict`.
        make_env: makes an environment; episode i is reset with the i-th evaluation seed.
        num_episodes: E.

    Returns:
        `(E,)` float64.
    """
    envs = [make_env() for _ in range(num_episodes)]
    seeds = range(FIRST_EVALUATION_SEED, FIRST_EVALUATION_SEED + num_episodes)
    observations = np.stack([env.reset(seed=seed)[0] for env, seed in zip(envs, seeds)])
    returns, running = np.zeros(num_episodes), np.ones(num_episodes, bool)
    state, episode_start = None, np.ones(num_episodes, bool)
    while running.any():
        actions, state = policy.predict(observations, state, episode_start, deterministic=True)
        episode_start = np.zeros(num_episodes, bool)
        for index in np.flatnonzero(running):
            step = envs[index].step(actions[index])
            observations[index] = step[0]
            returns[index] += step[1]
            running[index] = not (step[2] or step[3])
    return returns


def predict_microseconds(policy, make_env: Callable[[], gym.Env]) -> float:
    """Median time of `predict` for one observation, memory handed on, after a warm-up."""
    observation, _ = make_env().reset(seed=FIRST_EVALUATION_SEED)
    batch, start, state = observation[None], np.zeros(1, bool), None
    seconds = []
    for _ in range(TIMED_CALLS + 20):
        before = time.perf_counter()
        _, state = policy.predict(batch, state, start)
        seconds.append(time.perf_counter() - before)
    return float(np.median(seconds[20:]) * 1e6)
