"""Observations that `predict` is given, checked against a space and brought into shape."""

from typing import Any

import gymnasium as gym
import numpy as np


def checked_observations(
    observation, space: gym.Space, name: str = "observation"
) -> tuple[Any, tuple[int, ...]]:
    """Observations as a batch, and the shape that actions have for them.

    Args:
        observation: one observation of `space`, or N of them with a first axis.
        space: a Box, a Discrete, a MultiDiscrete, or a Dict or Tuple of such.
        name: what messages call it.

    Returns:
        The observations with a first axis, float32, or integers where the space has them, and
        `()` for a single one, `(N,)` for N.

    Raises:
        ValueError: a shape is wrong, a value is not finite or outside of a discrete space.
    """
    if isinstance(space, gym.spaces.Dict):
        return _parts(observation, dict(space.spaces), name)
    if isinstance(space, gym.spaces.Tuple):
        if not isinstance(observation, tuple | list) or len(observation) != len(space.spaces):
            raise ValueError(f"{name} must be a tuple of {len(space.spaces)}, got {observation!r}")
        numbered = dict(enumerate(space.spaces))
        parts, shape = _parts(dict(enumerate(observation)), numbered, name)
        return tuple(parts.values()), shape
    single = space.shape or ()
    if np.issubdtype(space.dtype, np.floating):
        array = _finite(_reshaped(_as_float32(observation, name), single, name), name)
    else:
        array = _within(_reshaped(_as_integers(observation, name), single, name), space, name)
    return array.reshape(-1, *single), array.shape[: array.ndim - len(single)]


def _parts(observation, spaces: dict, name: str) -> tuple[dict, tuple[int, ...]]:
    if not isinstance(observation, dict) or set(observation) != set(spaces):
        given = sorted(observation, key=str) if isinstance(observation, dict) else observation
        raise ValueError(f"{name} must have the keys {list(spaces)}, got {given!r}")
    parts, shapes = {}, {}
    for key, space in spaces.items():
        of_part = f"{name}[{key!r}]"
        parts[key], shapes[key] = checked_observations(observation[key], space, of_part)
    if len(set(shapes.values())) > 1:
        raise ValueError(f"{name} must have the same number of environments in all, got {shapes}")
    return parts, next(iter(shapes.values()))


def _reshaped(array: np.ndarray, shape: tuple[int, ...], name: str) -> np.ndarray:
    single = array.shape == shape
    batch = array.ndim == len(shape) + 1 and array.shape[1:] == shape
    if not (single or batch):
        inside = ", ".join(map(str, shape))
        raise ValueError(
            f"{name} must have shape ({inside}{',' * (len(shape) == 1)}) or "
            f"({', '.join(['N', *map(str, shape)])}{',' * (not shape)}), got {array.shape}"
        )
    return array


def _as_float32(observation, name: str) -> np.ndarray:
    if isinstance(observation, np.ndarray) and observation.dtype == np.float32:
        return observation
    try:
        with np.errstate(over="ignore"):  # what is too large for float32 is refused later
            return np.asarray(observation, dtype=np.float32)
    except TypeError:
        raise ValueError(f"{name} must be an array, got {type(observation)}") from None


def _as_integers(observation, name: str) -> np.ndarray:
    array = np.asarray(observation)
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name} must hold integers, got {array.dtype}")
    return array


def _finite(array: np.ndarray, name: str) -> np.ndarray:
    flags = np.isfinite(array)
    if np.count_nonzero(flags) != flags.size:  # several times as fast as `all` for a few
        axes = tuple(range(1, array.ndim)) if array.ndim > 1 else ()
        rows = np.flatnonzero(~flags.all(axis=axes)) if axes else np.zeros(1, int)
        bad = array.reshape(len(array), -1)[rows[0]] if axes else array
        raise ValueError(f"{name} must be finite, got {bad.tolist()}")
    return array


def _within(array: np.ndarray, space: Any, name: str) -> np.ndarray:
    if isinstance(space, gym.spaces.Discrete):
        low, high = 0, space.n - 1
    elif isinstance(space, gym.spaces.MultiDiscrete):
        low, high = 0, space.nvec - 1
    else:
        low, high = space.low, space.high
    if array.size and not ((array >= low) & (array <= high)).all():
        raise ValueError(f"{name} must be in {space}, got {array.min()}..{array.max()}")
    return array.astype(space.dtype if space.dtype == np.uint8 else np.int32)
