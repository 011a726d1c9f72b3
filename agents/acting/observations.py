"""Observations that `predict` is given, checked against a space and brought into shape."""

from typing import Any

import gymnasium as gym
import numpy as np

from .checks import as_numbers, named_rows, refused

# What float32 has no room for counts as not finite.
LARGEST = float(np.finfo(np.float32).max)


def checked_observations(
    observation,
    space: gym.Space,
    name: str = "observation",
    must_be_finite: bool = True,
    precise: bool = False,
) -> tuple[Any, tuple[int, ...]]:
    """Observations as a batch, and the shape that actions have for them.

    Args:
        observation: one observation of `space`, or N of them with a first axis.
        space: a Box, Discrete, MultiDiscrete or MultiBinary, or a Dict or Tuple of such.
        name: what messages call it.
        must_be_finite: whether a value that is not finite is refused.
        precise: whether numbers are given as float64 and int64.

    Returns:
        The observations with a first axis, float32, or int32 or uint8 where the space has integers,
        and `()` for a single one, `(N,)` for N.

    Raises:
        ValueError: it is no array of numbers, a shape is wrong, a value is not finite or outside of
            a discrete space.
    """
    if isinstance(space, gym.spaces.Dict):
        return _parts(observation, dict(space.spaces), name, must_be_finite, precise)
    if isinstance(space, gym.spaces.Tuple):
        if not isinstance(observation, tuple | list) or len(observation) != len(space.spaces):
            got = f"{type(observation).__name__} {observation!r:.100}"
            raise ValueError(f"{name} must be a tuple of {len(space.spaces)}, got {got}")
        numbered, given = dict(enumerate(space.spaces)), dict(enumerate(observation))
        parts, shape = _parts(given, numbered, name, must_be_finite, precise)
        return tuple(parts.values()), shape
    single = space.shape or ()
    if np.issubdtype(space.dtype, np.floating):
        array = _reshaped(_as_floats(observation, name, precise), single, name)
        if must_be_finite:
            _check_finite(array, array.ndim == len(single), name)
    else:
        array = _within(_reshaped(_as_integers(observation, name), single, name), space, name)
        array = array.astype(_whole_type(space, precise))
    return array.reshape(-1, *single), array.shape[: array.ndim - len(single)]


def _parts(
    observation, spaces: dict, name: str, must_be_finite: bool, precise: bool
) -> tuple[dict, tuple[int, ...]]:
    if not isinstance(observation, dict):
        raise refused(observation, name, f"it must be a dict with the keys {list(spaces)}")
    if set(observation) != set(spaces):
        given = f"{sorted(observation, key=str)!r:.200}"
        raise ValueError(f"{name} must have the keys {list(spaces)}, got {given}")
    parts, shapes = {}, {}
    for key, space in spaces.items():
        of_part = f"{name}[{key!r}]"
        parts[key], shapes[key] = checked_observations(
            observation[key], space, of_part, must_be_finite, precise
        )
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


def _as_floats(observation, name: str, precise: bool) -> np.ndarray:
    dtype = np.float64 if precise else np.float32
    if type(observation) is np.ndarray and observation.dtype == dtype:
        return observation
    with np.errstate(over="ignore"):  # what is too large for float32 is refused later
        return as_numbers(observation, name).astype(dtype)


def _whole_type(space: gym.Space, precise: bool) -> type:
    if precise:
        return np.int64
    return np.uint8 if space.dtype == np.uint8 else np.int32


def _as_integers(observation, name: str) -> np.ndarray:
    array = as_numbers(observation, name)
    if array.dtype.kind not in "iub":
        raise ValueError(f"{name} must hold integers, got {array.dtype}")
    return array


def is_finite(array: np.ndarray) -> np.ndarray:
    """Where numbers are finite also in float32."""
    return np.isfinite(array) if array.dtype == np.float32 else np.abs(array) <= LARGEST


def _check_finite(array: np.ndarray, is_single: bool, name: str) -> None:
    flags = is_finite(array)
    if np.count_nonzero(flags) == flags.size:  # several times as fast as `all` for a few
        return
    count = 1 if is_single else len(array)
    rows = np.flatnonzero(~flags.reshape(count, -1).all(axis=1))
    where = "" if is_single else f" in {named_rows(rows)}"
    bad = str(array.reshape(count, -1)[rows[0]].tolist())
    raise ValueError(f"{name} must be finite, got {bad if len(bad) < 100 else bad[:100]}{where}")


def _within(array: np.ndarray, space: Any, name: str) -> np.ndarray:
    if isinstance(space, gym.spaces.Discrete):
        low, high = space.start, space.start + space.n - 1
    elif isinstance(space, gym.spaces.MultiDiscrete):
        low, high = space.start, space.start + space.nvec - 1
    elif isinstance(space, gym.spaces.MultiBinary):
        low, high = 0, 1
    else:
        low, high = space.low, space.high
    if array.size and not ((array >= low) & (array <= high)).all():
        raise ValueError(f"{name} must be in {space}, got {array.min()}..{array.max()}")
    return array
