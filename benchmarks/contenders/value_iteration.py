"""Value iteration where the state is seen, in worlds that are known."""

import gymnasium as gym
import numpy as np

from ...envs.known_world import KnownWorld, known_world
from ..scenarios.wrappers import transition_matrix


def finite_horizon_values(B: np.ndarray, reward: np.ndarray, horizon: int) -> np.ndarray:
    """Value iteration backwards from the end of an episode.

    Args:
        B: `(K, K, U)`, `p(next | current, action)`.
        reward: `(K,)`, reward for reaching a state.
        horizon: T, number of steps of an episode.

    Returns:
        `(T, K, U)`, expected sum of rewards to come for `[step, state, action]`.
    """
    value, by_step = np.zeros(len(reward)), []
    for _ in range(horizon):
        action_values = np.einsum("jku,j->ku", B, reward + value)
        value = action_values.max(axis=1)
        by_step.append(action_values)
    return np.stack(by_step[::-1])


def tells_goal(env: gym.Env) -> bool:
    """Whether an environment says what its world is, and which state it rewards."""
    world = known_world(env)
    return world is not None and world.rewarded_state is not None


def world_of(env: gym.Env) -> KnownWorld:
    """The known world of an environment, which references need.

    Raises:
        ValueError: there is none, or it rewards another state in each episode.
    """
    world = known_world(env)
    if world is None or world.rewarded_state is None:
        raise ValueError(
            f"{env.spec.id if env.spec else env} has no known world with one rewarded state: "
            "exact references cannot take part"
        )
    return world


def solved(env: gym.Env) -> np.ndarray:
    """`finite_horizon_values` of the world and the episode length that `env` holds."""
    world = world_of(env)
    B = transition_matrix(env)
    reward = np.eye(len(B))[world.rewarded_state]
    return finite_horizon_values(B, reward, episode_steps(env))


def episode_steps(env: gym.Env) -> int:
    """The length of the episodes.

    Raises:
        ValueError: there is no limit, and so no horizon to plan for.
    """
    steps = None if env.spec is None else env.spec.max_episode_steps
    if steps is None:
        raise ValueError("references need episodes of a fixed length: max_episode_steps")
    return steps
