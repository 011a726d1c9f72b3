"""What the agent of a world model is given, checked and brought into shape."""

import gymnasium as gym
import numpy as np

from ..acting.checks import as_numbers, checked_starts
from ..acting.observations import checked_observations, is_finite
from .beliefs import first_seen, foreseen
from .memory import Memory, first_memory, restarted, shifted
from .model import WorldModel
from .spaces import vectors


def batched(
    observation, space: gym.Space, one_hot: bool, must_be_finite: bool = True
) -> tuple[np.ndarray, tuple[int, ...]]:
    """Observations as vectors `(N, D)`, and `()` for a single one, `(N,)` for N.

    Raises:
        ValueError: see `checked_observations`.
    """
    checked, shape = checked_observations(
        observation, space, must_be_finite=must_be_finite, precise=True
    )
    return vectors(checked, space, one_hot), shape


def recalled(state, episode_start, observations: np.ndarray, world: WorldModel) -> Memory:
    """The memory with the newest observations in it.

    For values that are not finite stands what the model expects there.

    Args:
        state: what `predict` returned, or None.
        episode_start: `(N,)` bool or None.
        observations: `(N, D)`.
        world: the model.

    Raises:
        ValueError: a shape is wrong, or the state holds what `predict` never returns.
    """
    count = len(observations)
    starts = np.full(count, state is None)
    if episode_start is not None:
        starts |= checked_starts(episode_start, count)
    memory = None if state is None else _checked_memory(state, observations, world)
    missing = ~is_finite(observations)
    if np.count_nonzero(missing):
        observations = _filled(observations, missing, memory, starts, world)
    first = first_memory(observations, world.history, world.num_actions)
    if memory is None:
        return first
    memory = shifted(memory, observations, world.num_actions)
    return restarted(memory, starts, first) if np.count_nonzero(starts) else memory


def _filled(
    observations: np.ndarray,
    missing: np.ndarray,
    memory: Memory | None,
    starts: np.ndarray,
    world: WorldModel,
) -> np.ndarray:
    rows = np.flatnonzero(missing.any(axis=1))
    expected = np.tile(first_seen(world, observations.shape[1]), (len(rows), 1))
    if memory is not None:
        moved = foreseen(world, Memory(*(part[rows] for part in memory)), observations.shape[1])
        expected = np.where(starts[rows, None], expected, moved)
    filled = observations.copy()
    filled[rows] = np.where(missing[rows], expected, observations[rows])
    return filled


def _checked_memory(state, observations: np.ndarray, world: WorldModel) -> Memory:
    if not isinstance(state, tuple | list) or len(state) != len(Memory._fields):
        count = f" of {len(state)}" if hasattr(state, "__len__") else ""
        raise ValueError(
            f"state must be what predict returned, a tuple of 3 arrays, got "
            f"{type(state).__name__}{count}"
        )
    window, action, remaining = (as_numbers(array, "state") for array in state)
    count, dim = observations.shape
    width = dim + (world.history - 1) * (dim + world.num_actions - 1)
    if [array.shape for array in (window, action, remaining)] != [(count, width), *[(count,)] * 2]:
        raise ValueError(
            f"state must hold a window {(count, width)} and actions {(count,)}, got "
            f"{window.shape}, {action.shape} and {remaining.shape}"
        )
    whole = action.dtype.kind in "iu" and remaining.dtype.kind in "iu"
    if not whole or not is_finite(window.astype(float)).all():
        raise ValueError("state must hold a finite window and numbers of actions")
    longest = int(world.lengths.max())
    for name, array, most in (
        ("actions", action, world.num_actions),
        ("steps", remaining, longest),
    ):
        if not ((array >= 0) & (array < most)).all():
            raise ValueError(f"state must hold {name} in 0..{most - 1}, as predict returns them")
    return Memory(window.astype(float), action.astype(int), remaining.astype(int))
