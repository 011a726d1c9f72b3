"""How a trained policy is judged: the same episodes for everybody."""

import time
from collections.abc import Callable

import gymnasium as gym
import jax
import numpy as np

from ..agents import ActiveInferenceEncoderAgent
from ..envs import LineWorld
from ..envs.jax_env import JaxLineWorld
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


def closed_loop_returns(
    agent: ActiveInferenceEncoderAgent,
    world: LineWorld,
    episode_steps: int,
    num_episodes: int = EVALUATION_EPISODES,
    seed: int = FIRST_EVALUATION_SEED,
) -> np.ndarray:
    """Sum of rewards of each episode, agent and environment in one compiled loop.

    The episodes have the same distribution as those of `episode_returns`, but are not the same
    ones: JAX draws them.

    Args:
        agent: our agent.
        world: the world.
        episode_steps: length of an episode.
        num_episodes: E.
        seed: of all episodes.

    Returns:
        `(E,)` float64.
    """
    result = agent.rollout(JaxLineWorld(world), num_episodes, episode_steps, jax.random.key(seed))
    return result.rewards.sum(axis=1, dtype=np.float64)


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
