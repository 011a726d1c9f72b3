"""What the environments are given, checked; the message names the argument."""

import math
import operator
from collections.abc import Mapping, Sequence

import numpy as np
from gymnasium.vector import AutoresetMode


def check_keys(what: str, given: Mapping, allowed: Sequence[str]) -> None:
    """Raises ValueError when `given` holds a key that is not `allowed`."""
    unknown = sorted((key for key in given if key not in allowed), key=str)
    if unknown:
        raise ValueError(f"{what} has unknown keys {unknown}; allowed are {sorted(allowed)}")


def as_integer(name: str, value, low: int, high: float = math.inf) -> int:
    """`value` as an int within [low, high]; ValueError names `name` otherwise."""
    try:
        integer = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} must be an integer, got {value!r}") from None
    if not low <= integer <= high:
        allowed = f"at least {low}" if high == math.inf else f"in {low}..{high}"
        raise ValueError(f"{name} must be {allowed}, got {integer}")
    return integer


def as_state(name: str, value, num_states: int) -> int | None:
    """`value` as a state of the line; `None` (uniform) passes."""
    return None if value is None else as_integer(name, value, 0, num_states - 1)


def checked_flags(name: str, flags: np.ndarray, num_envs: int) -> np.ndarray:
    """`flags` as an array; ValueError unless `(num_envs,)` booleans."""
    array = np.asarray(flags)
    if array.shape != (num_envs,) or array.dtype != bool:
        raise ValueError(f"{name} must be {num_envs} booleans, got {array.dtype} {array.shape}")
    return array


def checked_mode(autoreset_mode: AutoresetMode | str) -> AutoresetMode:
    """The mode, given itself or its value; ValueError otherwise."""
    try:
        return AutoresetMode(autoreset_mode)
    except ValueError:
        allowed = [mode.value for mode in AutoresetMode]
        raise ValueError(
            f"autoreset_mode must be one of {allowed}, got {autoreset_mode!r}"
        ) from None


def check_render_mode(render_mode: str | None, allowed: Sequence[str]) -> None:
    """Raises ValueError when `render_mode` is neither None nor one of `allowed`."""
    if render_mode not in (None, *allowed):
        raise ValueError(f"render_mode must be None or one of {list(allowed)}, got {render_mode!r}")
