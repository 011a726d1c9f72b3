"""What a setting may be: checked, and said in the same words in errors and in the documentation."""

import math
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import numpy as np


class Allowed(NamedTuple):
    """What a setting may be.

    Attributes:
        say: what stands after "must be".
        holds: whether a value is allowed.
    """

    say: Callable[[], str]
    holds: Callable[[Any], bool]


def integer(low: int, *others: Any) -> Allowed:
    """An integer from `low`, or one of `others`; a bool is none."""

    def holds(value) -> bool:
        is_other = any(type(value) is type(other) and value == other for other in others)
        return is_other or (type(value) is int and value >= low)

    words = " or ".join([f"an integer from {low}", *map(repr, others)])
    return Allowed(lambda: words, holds)


def number(above: float = -math.inf, below: float = math.inf, *, from_low: bool = False) -> Allowed:
    """A finite number between bounds, which are excluded; with `from_low` the lower one is not."""
    parts = ["finite"] if math.isinf(above) or math.isinf(below) else []
    if not math.isinf(above):
        parts.append(f"{'at least' if from_low else 'above'} {above:g}")
    if not math.isinf(below):
        parts.append(f"below {below:g}")

    def holds(value) -> bool:
        if not isinstance(value, int | float | np.number):
            return False
        is_high = value >= above if from_low else value > above
        return bool(is_high and value < below and math.isfinite(value))

    return Allowed(lambda: " and ".join(parts), holds)


def one_of(choices: Collection | Callable[[], Collection]) -> Allowed:
    """One of some values; of a function, of those that there are when it is asked."""
    # A dict that grows is read anew each time, too.
    now = choices if callable(choices) else lambda: choices
    return Allowed(
        lambda: f"one of {', '.join(map(repr, now()))}", lambda value: value in tuple(now())
    )


def some_of(choices: Collection) -> Allowed:
    """At least one of some values."""
    words = f"some of {', '.join(map(repr, choices))}"
    return Allowed(lambda: words, lambda value: bool(value) and set(value) <= set(choices))


TRUTH = one_of((True, False))


def check_fields(settings: Any, allowed: dict[str, Allowed]) -> None:
    """Raises ValueError for the first field that is not what it may be, by its name."""
    for name, rule in allowed.items():
        value = getattr(settings, name)
        if not rule.holds(value):
            raise ValueError(f"{name} must be {rule.say()}, got {value!r}")
