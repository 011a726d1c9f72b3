"""Trajectories of anybody's actions in any Gymnasium environment."""

import dataclasses
import itertools
from collections.abc import Callable, Iterator

import gymnasium as gym
import jax
import numpy as np

from ...envs.acting import Step, act
from .stepping import batch
from .trajectories import Trajectories


def collect(
    env: gym.Env,
    num_steps: int,
    sequence_length: int | None = 6,
    seed: int = 0,
    *,
    policy: Callable[[np.ndarray, np.random.Generator], int] | None = None,
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
        policy: chooses an action given an observation and a generator; `None`
            draws uniformly.
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
    choose = policy or (lambda observation, rng: rng.integers(num_actions))

    def checked(observations, episode_start) -> list[int]:
        action = int(choose(observations[0], rng))
        if not 0 <= action < num_actions:
            raise ValueError(f"policy must choose in 0..{num_actions - 1}, it chose {action}")
        return [action]

    episodes = collected(act([env], checked, [seed]), num_steps, record_rewards)
    longest = max(len(observations) for observations, _, _ in episodes)
    data = cut_episodes(episodes, sequence_length or longest, num_actions)
    return data if record_rewards else dataclasses.replace(data, rewards=None)


def collected(steps: Iterator[Step], num_steps: int, record_rewards: bool = True) -> list[tuple]:
    """The next `num_steps` of what is acted, as episodes for `cut_episodes`.

    Finished episodes come first, in the order in which they ended; then those that go on.
    """
    running, finished = {}, []
    for step in itertools.islice(steps, num_steps):
        episode = running.setdefault(step.env, ([step.observation], [], []))
        reward = float(step.reward) if record_rewards else 0.0
        values = step.next_observation, step.action, reward
        for kept, value in zip(episode, values):
            kept.append(value)
        if step.ends:
            finished.append(running.pop(step.env))
    return finished + [running[env] for env in sorted(running)]


def cut_episodes(episodes: list[tuple], sequence_length: int, num_actions: int) -> Trajectories:
    """Episodes as sequences of at most `sequence_length` observations, see `collect`.

    Args:
        episodes: lists of observations, actions and rewards, one observation more than actions.
        sequence_length: T.
        num_actions: U.

    Raises:
        ValueError: an observation is not finite.
    """
    pieces = []
    for observations, actions, rewards in episodes:
        for begin in range(0, len(actions), sequence_length - 1):
            piece = slice(begin, begin + sequence_length)
            pieces.append((batch(observations[piece]), actions[piece], rewards[piece]))
    lengths = np.array([len(jax.tree.leaves(observations)[0]) for observations, _, _ in pieces])
    mask = np.arange(sequence_length) < lengths[:, None]
    padded_actions, padded_rewards = np.zeros(mask.shape, np.int32), np.zeros(mask.shape, "f")
    for row, (_, actions, rewards) in enumerate(pieces):
        padded_actions[row, : len(actions)] = actions
        padded_rewards[row, : len(rewards)] = rewards
    padded = jax.tree.map(
        lambda *parts: _padded(parts, sequence_length), *(piece[0] for piece in pieces)
    )
    return Trajectories(padded, padded_actions, mask, padded_rewards, num_actions=num_actions)


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
