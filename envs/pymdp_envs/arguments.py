"""What `PymdpEnv` is given, checked; the message names the argument."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ..checks import as_integer, check_keys


def checked_rewards(
    rewards: Sequence[np.ndarray] | Mapping[str, np.ndarray], outcomes: Mapping[str, int]
) -> tuple[list[float], ...]:
    """Reward of each outcome, by modality in A's order; a modality left out brings nothing.

    Args:
        rewards: arrays `(O_m,)` in A's order, or by name.
        outcomes: by name O_m, in A's order.

    Raises:
        ValueError: a name is unknown, or a shape wrong.
    """
    if not isinstance(rewards, Mapping):
        if len(rewards) != len(outcomes):
            raise ValueError(
                f"rewards must have {len(outcomes)} arrays, one for each modality, "
                f"got {len(rewards)}"
            )
        rewards = dict(zip(outcomes, rewards))
    check_keys("rewards", rewards, list(outcomes))
    checked = []
    for name, count in outcomes.items():
        array = np.asarray(rewards.get(name, np.zeros(count)), np.float64)
        if array.shape != (count,) or not np.isfinite(array).all():
            raise ValueError(f"rewards[{name!r}] must be {count} finite numbers, got {array}")
        checked.append(array.tolist())
    return tuple(checked)


def checked_means(
    scale: float | None, means: Mapping[str, np.ndarray] | None, outcomes: Mapping[str, int]
) -> dict[str, np.ndarray]:
    """Mean observation of each outcome `(O_m, D)`, of the continuous modalities.

    Raises:
        ValueError: the scale is not above 0, a name is unknown, or a shape wrong.
    """
    if scale is None:
        if means is not None:
            raise ValueError("emission_means need emission_scale")
        return {}
    if (
        isinstance(scale, bool)
        or not isinstance(scale, int | float | np.number)
        or not (0 < float(scale) < math.inf)
    ):
        raise ValueError(f"emission_scale must be positive and finite, got {scale!r}")
    if means is None:
        means = {name: circle_means(count) for name, count in outcomes.items()}
    check_keys("emission_means", means, list(outcomes))
    checked = {}
    for name, given in means.items():
        array = np.array(given, np.float64)
        if array.ndim != 2 or len(array) != outcomes[name] or not np.isfinite(array).all():
            raise ValueError(
                f"emission_means[{name!r}] must be finite and have shape ({outcomes[name]}, D), "
                f"got {array.shape}"
            )
        checked[name] = array
    return checked


def checked_ends(
    terminal: Mapping[str, Sequence[int]] | None, outcomes: Mapping[str, int]
) -> tuple[frozenset[int], ...]:
    """Outcomes that end an episode, by modality in A's order.

    Raises:
        ValueError: a name is unknown, or a number no outcome.
    """
    terminal = terminal or {}
    check_keys("terminal_outcomes", terminal, list(outcomes))
    return tuple(
        frozenset(
            as_integer(f"terminal_outcomes[{name!r}]", outcome, 0, count - 1)
            for outcome in terminal.get(name, ())
        )
        for name, count in outcomes.items()
    )


def checked_state(state, num_states: Sequence[int]) -> list[int]:
    """A state of each factor.

    Raises:
        ValueError: there are too many or too few, or a number is no state of its factor.
    """
    if np.shape(state) != (len(num_states),):
        raise ValueError(f"state must have {len(num_states)} numbers, got {state!r}")
    return [
        as_integer(f"state[{factor}]", number, 0, count - 1)
        for factor, (number, count) in enumerate(zip(state, num_states))
    ]


def circle_means(count: int) -> np.ndarray:
    """`(count, 2)` points on a circle, neighbours at least 3.2 apart, the first at the top."""
    radius = 3.2 / (2 * math.sin(math.pi / count)) if count > 1 else 0.0
    angles = 2 * np.pi * np.arange(count) / count
    return radius * np.stack([np.sin(angles), np.cos(angles)], axis=1)
