"""Trajectories of anybody's actions in any Gymnasium environment."""

import dataclasses
from typing import Any

import gymnasium as gym
import jax
import numpy as np

from ...envs.acting import Choose, act_by, chosen_by
from ...envs.stepping import EnvironmentList
from .episodes import Episode, collected
from .trajectories import Trajectories


def collect(
    env: gym.Env,
    num_steps: int,
    sequence_length: int | None = 6,
    seed: int = 0,
    *,
    policy: Any = None,
    record_rewards: bool = False,
) -> Trajectories:
    """Acts in `env` and keeps observations and actions, and rewards only when asked to.

    Episodes are cut into sequences of at most `sequence_length` observations; neighbours share
    one observation, so that every transition is in exactly one sequence.

    Args:
        env: observations that are vectors `(D,)`, `uint8` images `(H, W, C)` or `Discrete`, or a
            `Dict` or `Tuple` of these, and `Discrete` actions.
        num_steps: number of calls of `env.step`.
        sequence_length: T, at least 2; None: episodes stay whole.
        seed: of the environment's first reset and of the actions.
        policy: an agent with SB3's `predict`, whose memory begins anew with each episode, or a
            function of an observation and a generator that gives an action; `None` draws uniformly.
        record_rewards: whether the trajectories hold rewards.

    Returns:
        The trajectories, NumPy arrays.

    Raises:
        TypeError: the spaces are of another kind.
        ValueError: `num_steps` or `sequence_length` is too small, an action is outside of the
            space, or an observation is not finite.
    """
    _check_spaces(env)
    for name, value, low in (("num_steps", num_steps, 1), ("sequence_length", sequence_length, 2)):
        if value is not None and value < low:
            raise ValueError(f"{name} must be at least {low}, got {value}")
    rng = np.random.default_rng(seed)
    num_actions = gym.spaces.flatdim(env.action_space)
    draw = lambda observation, rng: rng.integers(num_actions)  # noqa: E731
    choose = _chosen(draw if policy is None else policy, rng)

    def checked(observations, episode_start) -> np.ndarray:
        (action,) = choose(observations, episode_start)
        if not 0 <= action < num_actions:
            raise ValueError(f"policy must choose in 0..{num_actions - 1}, it chose {action}")
        return np.array([action])

    episodes = collected(act_by(checked, EnvironmentList([env]), seed), num_steps)
    data = cut_episodes(episodes, sequence_length, num_actions)
    return data if record_rewards else dataclasses.replace(data, rewards=None)


def _chosen(policy: Any, rng: np.random.Generator) -> Choose:
    """How a policy of `collect` chooses in one environment."""
    if hasattr(policy, "predict"):
        return chosen_by(policy)
    return lambda seen, _: np.array([int(policy(_part(seen, 0), rng))])


def cut_episodes(
    episodes: list[Episode], sequence_length: int | None, num_actions: int
) -> Trajectories:
    """Episodes as sequences of at most `sequence_length` observations, see `collect`.

    Args:
        episodes: of any length.
        sequence_length: T; None: episodes stay whole.
        num_actions: U.

    Raises:
        ValueError: an observation is not finite.
    """
    length = sequence_length or 1 + max(len(episode.actions) for episode in episodes)
    pieces = []
    for observations, actions, rewards, _ in episodes:
        for begin in range(0, len(actions), length - 1):
            piece = slice(begin, begin + length)
            pieces.append((_part(observations, piece), actions[piece], rewards[piece]))
    lengths = np.array([len(jax.tree.leaves(observations)[0]) for observations, _, _ in pieces])
    mask = np.arange(length) < lengths[:, None]
    padded_actions, padded_rewards = np.zeros(mask.shape, np.int32), np.zeros(mask.shape, "f")
    for row, (_, actions, rewards) in enumerate(pieces):
        padded_actions[row, : len(actions)] = actions
        padded_rewards[row, : len(rewards)] = rewards
    padded = jax.tree.map(lambda *parts: _padded(parts, length), *(piece[0] for piece in pieces))
    return Trajectories(padded, padded_actions, mask, padded_rewards, num_actions=num_actions)


def _part(observations: Any, piece: slice | int) -> Any:
    return jax.tree.map(lambda part: part[piece], observations)


def _padded(sequences: tuple[np.ndarray, ...], length: int) -> np.ndarray:
    """`(N, length, ...)`, zeros at the ends; images and numbers stay integers."""
    first = sequences[0]
    dtype = np.dtype(np.int32 if np.issubdtype(first.dtype, np.integer) else np.float32)
    padded = np.zeros(
        (len(sequences), length, *first.shape[1:]), np.uint8 if first.dtype == np.uint8 else dtype
    )
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    if not np.isfinite(padded).all():
        raise ValueError("the environment returned an observation that is not finite")
    return padded


def _check_spaces(env: gym.Env) -> None:
    _check_observations(env.observation_space, "env.observation_space")
    if not isinstance(env.action_space, gym.spaces.Discrete):
        raise TypeError(f"env.action_space must be Discrete, got {env.action_space}")
    if env.action_space.start != 0:
        # `predict` answers with B's own numbers, which count from 0.
        raise TypeError(f"env.action_space must start at 0, got {env.action_space}")


def _check_observations(space: gym.Space, name: str) -> None:
    parts = space.spaces if isinstance(space, gym.spaces.Dict | gym.spaces.Tuple) else None
    if parts:
        named = parts.items() if isinstance(parts, dict) else enumerate(parts)
        for key, part in named:
            if isinstance(part, gym.spaces.Dict | gym.spaces.Tuple):
                raise TypeError(f"{name} must not have parts in parts, got {space}")
            _check_observations(part, f"{name}[{key!r}]")
        return
    is_vector = isinstance(space, gym.spaces.Box) and len(space.shape) == 1
    is_image = isinstance(space, gym.spaces.Box) and len(space.shape) == 3
    is_image = is_image and space.dtype == np.uint8
    is_number = isinstance(space, gym.spaces.Discrete) and space.start == 0
    if not (is_vector or is_image or is_number):
        raise TypeError(
            f"{name} must be a Box of shape (D,), a uint8 Box of shape (H, W, C), "
            f"a Discrete that starts at 0, or a Dict or Tuple of these, got {space}"
        )
