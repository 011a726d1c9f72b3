"""Arrays of a generative model, checked in NumPy; errors name factor, modality and axis.

Under `jax.jit` pymdp's own checks vanish, so what reaches it has been checked here before.
"""

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

# Rounding of a float32 sum over some hundred entries stays far below this.
NORMALISATION_TOLERANCE = 1e-4
CHOICES = {
    "inference_algo": ("fpi", "ovf", "exact"),
    "action_selection": ("deterministic", "stochastic"),
    "sampling_mode": ("full", "marginal"),
}
COUNTS = ("policy_len", "num_iter", "inductive_depth")
MAX_COUNT = 10_000
# Smallest and largest value. Beyond them float32 has no room for what is computed with them.
RANGES = {
    "gamma": (1e-6, 1e6),
    "alpha": (1e-6, 1e6),
    "inductive_threshold": (1e-6, 1.0),
    "inductive_epsilon": (1e-16, 1.0),
}
# Of preferences in nats, and of Dirichlet counts: sums and products of them stay finite.
LARGEST = 1e12
# Size of an axis, None where any will do, and what it counts.
Axis = tuple[int | None, str]


def frozen_float32(name: str, value) -> np.ndarray:
    """`value` as a read-only float32 array.

    Raises:
        ValueError: it is not a rectangular array of real, finite numbers.
    """
    if np.iscomplexobj(value):
        raise ValueError(f"{name} must be real")
    try:
        with np.errstate(over="ignore"):  # what is too large for float32 is refused below
            array = np.array(value, dtype=np.float32)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be an array of numbers, got {shown(value)}") from None
    if not np.isfinite(array).all():
        place = [int(index) for index in np.argwhere(~np.isfinite(array))[0]]
        raise ValueError(f"{name} must be finite in float32, it is not at {place}")
    array.setflags(write=False)
    return array


def checked_array(name: str, value, axes: Sequence[Axis]) -> np.ndarray:
    """`value` as a read-only float32 array with these axes.

    Raises:
        ValueError: it has other dimensions, or an axis has another size; the axis is named.
    """
    array = frozen_float32(name, value)
    if array.ndim != len(axes):
        counted = ", ".join(what for _, what in axes)
        raise ValueError(
            f"{name} must have {len(axes)} dimensions ({counted}), got shape {array.shape}"
        )
    for axis, (given, (size, what)) in enumerate(zip(array.shape, axes)):
        if given != (given if size is None else size) or given == 0:
            wanted = "at least 1" if size is None else size
            raise ValueError(f"axis {axis} of {name} must have {wanted} {what}, got {given}")
    return array


def check_distribution(name: str, array: np.ndarray, total: float = 1.0) -> None:
    """Raises ValueError unless `array` sums to `total` over its first axis, with nothing below 0.

    The message names the place where the sum is off most.
    """
    if array.min() < 0:
        raise ValueError(f"{name} must not be negative, got a minimum of {array.min()}")
    error = np.abs(array.sum(axis=0, dtype=np.float64) - total)
    if error.max() > NORMALISATION_TOLERANCE:
        place = tuple(int(index) for index in np.unravel_index(error.argmax(), error.shape))
        where = f", at [:, {', '.join(map(str, place))}]" if place else ""
        raise ValueError(
            f"{name} must sum to 1 over its first axis, it is off by {error.max():.2g}{where}"
        )


def checked_dependencies(name: str, given, count: int, num_factors: int) -> tuple:
    """`given` as a tuple of `count` tuples of factors.

    Raises:
        ValueError: there are more or fewer, or an entry names no factor or one twice.
    """
    if not isinstance(given, Sequence) or len(given) != count:
        raise ValueError(f"{name} must have {count} entries, got {given!r}")
    rows = []
    for place, row in enumerate(given):
        try:
            factors = tuple(operator.index(factor) for factor in row)
        except TypeError:
            raise ValueError(f"{name}[{place}] must be a list of factors, got {row!r}") from None
        valid = all(0 <= factor < num_factors for factor in factors)
        if not factors or not valid or len(set(factors)) != len(factors):
            raise ValueError(
                f"{name}[{place}] must name factors in 0..{num_factors - 1}, each once, got {row!r}"
            )
        rows.append(factors)
    return tuple(rows)


def check_count(name: str, given: Sequence, count: int, what: str) -> None:
    """Raises ValueError unless `given` has `count` arrays, one per `what`."""
    if not isinstance(given, Sequence) or len(given) != count:
        got = len(given) if isinstance(given, Sequence) else type(given).__name__
        raise ValueError(f"{name} must be a list of {count} arrays, one per {what}, got {got}")


def shown(value) -> str:
    """What was given, in one short line."""
    try:
        text = repr(value)
    except ValueError:  # Python does not print integers of more than 4,300 digits
        return "an integer of thousands of digits"
    return text if len(text) < 80 else f"{text[:80]}..."


def check_within(name: str, value, low: float, high: float) -> None:
    """Raises ValueError unless `value` is a number from `low` to `high`."""
    is_number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(
        value, bool
    )
    if not is_number or not low <= value <= high:
        raise ValueError(f"{name} must be a number in {low:g}..{high:g}, got {shown(value)}")


def check_magnitude(name: str, array: np.ndarray, largest: float = LARGEST) -> None:
    """Raises ValueError where a value is farther from 0 than `largest`."""
    if array.size and np.abs(array).max() > largest:
        raise ValueError(
            f"{name} must not hold values beyond {largest:g}, got {np.abs(array).max():g}"
        )


def check_count_within(name: str, value, high: int = MAX_COUNT) -> None:
    """Raises ValueError unless `value` is an integer in `1..high`."""
    if type(value) is not int or not 1 <= value <= high:
        raise ValueError(f"{name} must be an integer, at least 1, at most {high:,}, got "
                         f"{shown(value)}")  # fmt: skip


def check_choice(name: str, value, allowed: Sequence) -> None:
    """Raises ValueError unless `value` is one of `allowed`."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {tuple(allowed)}, got {shown(value)}")


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raises ValueError where a setting of a `GenerativeModel` is not allowed."""
    for name in COUNTS:
        if settings[name] is not None:
            check_count_within(name, settings[name])
    for name, (low, high) in RANGES.items():
        check_within(name, settings[name], low, high)
    if not isinstance(settings["planner"], str):
        raise ValueError(f"planner must be the name of a planner, got {shown(settings['planner'])}")
    for name, allowed in CHOICES.items():
        check_choice(name, settings[name], allowed)


def checked_unseen(unseen: Sequence[int], num_modalities: int) -> tuple[int, ...]:
    """`unseen` as a tuple of modalities.

    Raises:
        ValueError: an entry names no modality.
    """
    given = tuple(unseen) if isinstance(unseen, Sequence) else (unseen,)
    if not all(type(place) is int and 0 <= place < num_modalities for place in given):
        raise ValueError(f"unseen must name modalities in 0..{num_modalities - 1}, got {unseen!r}")
    return given


def checked_usage(usage: np.ndarray, model) -> np.ndarray:
    """`usage` as float32 `(K,)`.

    Raises:
        ValueError: it is not a distribution over the model's states, or outcomes are not states.
    """
    if model.num_outcomes != model.num_states:
        raise ValueError("usage needs a model with as many outcomes as states")
    usage = checked_array("usage", usage, [(model.num_states, "states")])
    check_distribution("usage", usage)
    return usage
