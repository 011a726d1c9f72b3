"""Judging our agent in one compiled loop."""

import warnings

import jax
import numpy as np

from ...agents import ActiveInferenceEncoderAgent
from ...agents.planning.goal import DisagreementWarning
from ...envs import LineWorld
from ...envs.line_world.jax_env import JaxLineWorld
from ..scenarios.scenario import EVALUATION_EPISODES, FIRST_EVALUATION_SEED


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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DisagreementWarning)  # for the caller to say
        key = jax.random.key(seed)
        result = agent.rollout(JaxLineWorld(world), num_episodes, episode_steps, key)
    return result.rewards.sum(axis=1, dtype=np.float64)
