"""The line world as data: what is true of it, with no state and no randomness."""

import dataclasses
import math
from typing import Literal

import numpy as np

from ..checks import as_integer, as_state

OBSERVATION_DIM = 2

# Section 2 of pymdp's tutorial, variable GAUSSIAN_MEANS.
TUTORIAL_MEANS = ((0.0, 3.2), (3.0, 1.0), (1.9, -2.6), (-1.9, -2.6), (-3.0, 1.0))


@dataclasses.dataclass(frozen=True)
class LineWorld:
    """A line of hidden states that emit 2-D Gaussian observations.

    An action moves the state one back, leaves it, or moves it one forward (the ends hold);
    with probability `transition_noise` the next state is uniform over the line instead. The
    defaults are the world of pymdp's tutorial "Training a neural network to transform
    continuous into discrete observations for a pymdp Agent", section 2.

    Attributes:
        num_states: K, the length of the line, at least 2.
        emission_means: `(K, 2)`, the mean observation of each state, any array of numbers.
            `None` takes the tutorial's means for K = 5, else a circle (see `circle_means`).
        emission_scale: standard deviation of both observation coordinates, above 0.
        transition_noise: probability in [0, 1] that a step lands uniformly.
        start_state: state at the start of an episode; `None` draws it uniformly.
        target_state: state that is rewarded; `"last"` is K - 1, `None` draws it uniformly
            for each episode.

    Raises:
        ValueError: an argument is outside of what is said above; the message names it.
    """

    num_states: int = 5
    emission_means: tuple[tuple[float, float], ...] | None = None
    emission_scale: float = 1.0
    transition_noise: float = 0.1
    start_state: int | None = 0
    target_state: int | Literal["last"] | None = "last"

    def __post_init__(self) -> None:
        num_states = as_integer("num_states", self.num_states, low=2)
        target_state = self.target_state
        checked = {
            "num_states": num_states,
            "emission_means": _checked_means(self.emission_means, num_states),
            "emission_scale": _checked_scale(self.emission_scale),
            "transition_noise": _checked_probability(self.transition_noise),
            "start_state": as_state("start_state", self.start_state, num_states),
            "target_state": target_state
            if isinstance(target_state, str) and target_state == "last"
            else as_state("target_state", target_state, num_states),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def means(self) -> np.ndarray:
        """`(K, 2)` float64, mean observation of each state."""
        if self.emission_means is not None:
            return np.array(self.emission_means)
        if self.num_states == len(TUTORIAL_MEANS):
            return np.array(TUTORIAL_MEANS)
        return circle_means(self.num_states)

    @property
    def rewarded_state(self) -> int | None:
        """`target_state` as a number; None where each episode draws its own."""
        return self.num_states - 1 if self.target_state == "last" else self.target_state

    @property
    def next_states(self) -> np.ndarray:
        """`(K, 3)` int64, the state that an action leads to when no noise intervenes."""
        moves = np.array([-1, 0, 1])
        return np.clip(np.arange(self.num_states)[:, None] + moves, 0, self.num_states - 1)

    @property
    def transition_matrix(self) -> np.ndarray:
        """B, `(K, K, 3)` float64: `B[next, current, action] = p(s_{t+1} | s_t, a_t)`."""
        identity = np.eye(self.num_states)
        moved = identity[self.next_states].transpose(2, 0, 1)
        return (1 - self.transition_noise) * moved + self.transition_noise / self.num_states

    @property
    def initial_probs(self) -> np.ndarray:
        """`(K,)` float64, `p(s_0)` of an episode."""
        if self.start_state is None:
            return np.full(self.num_states, 1 / self.num_states)
        return np.eye(self.num_states)[self.start_state]

    def log_likelihood(self, observations: np.ndarray) -> np.ndarray:
        """`log p(x | s)` of the Gaussians up to a constant: `(..., 2)` in, `(..., K)` out."""
        squares = ((observations[..., None, :] - self.means) ** 2).sum(axis=-1)
        return -squares / (2 * self.emission_scale**2)

    def to_dict(self) -> dict:
        """The arguments that make an equal world, as plain JSON values."""
        return dataclasses.asdict(self)


def circle_means(num_states: int) -> np.ndarray:
    """Means on a circle of radius 3.2 K / 5, first state at the top, clockwise.

    The radius keeps neighbours about as far apart as in the tutorial.

    Args:
        num_states: K.

    Returns:
        `(K, 2)` float64.
    """
    angles = np.pi / 2 - 2 * np.pi * np.arange(num_states) / num_states
    return 3.2 * num_states / 5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _checked_means(means, num_states: int) -> tuple[tuple[float, ...], ...] | None:
    if means is None:
        return None
    try:
        array = np.asarray(means, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"emission_means must be an array of numbers, got {means!r}") from None
    if array.shape != (num_states, OBSERVATION_DIM):
        allowed = f"({num_states}, {OBSERVATION_DIM})"
        raise ValueError(f"emission_means must have shape {allowed}, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"emission_means must be finite, got {array.tolist()}")
    return tuple(tuple(row) for row in array.tolist())


def _as_float(name: str, value) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, got {value!r}") from None


def _checked_scale(value) -> float:
    scale = _as_float("emission_scale", value)
    if not 0 < scale < math.inf:
        raise ValueError(f"emission_scale must be positive and finite, got {scale}")
    return scale


def _checked_probability(value) -> float:
    noise = _as_float("transition_noise", value)
    if not 0 <= noise <= 1:
        raise ValueError(f"transition_noise must be a probability in [0, 1], got {noise}")
    return noise
