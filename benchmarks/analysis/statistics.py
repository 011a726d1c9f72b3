"""Estimates with their uncertainty: pure functions on arrays of one number per training seed.

Source: Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice":
interquartile means, stratified bootstrap, probability of improvement.
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

RESAMPLES = 5_000
TRIMMED = 0.25
"""Share of seeds left out at each end; with fewer than four seeds none is."""


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A number and its 95 % interval."""

    value: float
    low: float
    high: float

    def overlaps(self, other: "Estimate") -> bool:
        """Whether the two intervals have a point in common."""
        return self.low <= other.high and other.low <= self.high

    def scaled(self, zero: float, one: float) -> "Estimate":
        """The same on a scale where `zero` is 0 and `one` is 1."""
        return Estimate(*((x - zero) / (one - zero) for x in dataclasses.astuple(self)))


def interquartile_mean(sample: ArrayLike, axis: int = -1) -> np.ndarray:
    """Mean of the middle half: the lowest and the highest quarter are left out."""
    return stats.trim_mean(sample, TRIMMED, axis=axis)


def interquartile_estimate(strata: Sequence[ArrayLike]) -> Estimate:
    """Interquartile mean of all values together, and its stratified bootstrap interval.

    Args:
        strata: values per training seed, one array per scenario; seeds are resampled within each.

    Returns:
        The estimate; a single value per scenario is its own interval.
    """
    return _estimate(strata, lambda drawn: interquartile_mean(np.concatenate(drawn, axis=-1)))


def mean_over_strata(strata: Sequence[ArrayLike]) -> Estimate:
    """Mean of the strata's interquartile means: none of them is trimmed away as a whole.

    Args:
        strata: as for `interquartile_estimate`.
    """
    return _estimate(strata, lambda drawn: np.mean([interquartile_mean(x) for x in drawn], axis=0))


def mean_estimate(sample: ArrayLike) -> Estimate:
    """Mean of a sample, of evaluation episodes say, and its bootstrap interval."""
    return _estimate([sample], lambda drawn: np.mean(drawn[0], axis=-1))


def paired_difference(x: ArrayLike, y: ArrayLike) -> Estimate:
    """Mean of X less mean of Y, where both were judged by the same episodes.

    Args:
        x: `(seeds of X, E)`.
        y: `(seeds of Y, E)`; seeds of X, those of Y, and episodes are resampled, each apart.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    of_x, of_episodes, of_y = _shares(*x.shape, len(y))
    by_episode = of_x @ x - of_y @ y
    low, high = np.quantile((by_episode * of_episodes).sum(axis=1), (0.025, 0.975))
    return Estimate(float(x.mean() - y.mean()), float(low), float(high))


@functools.lru_cache(maxsize=8)  # few sizes, asked for often: drawing is most of the work
def _shares(*sizes: int) -> list[np.ndarray]:
    """For each size n `(RESAMPLES, n)`: the share that each of n has in each resample."""
    rng = np.random.default_rng(0)
    return [rng.multinomial(n, np.full(n, 1 / n), RESAMPLES) / n for n in sizes]


def probability_of_improvement(pairs: Sequence[tuple[ArrayLike, ArrayLike]]) -> Estimate:
    """`P(X > Y) + P(X = Y) / 2` for a seed of each, averaged over scenarios.

    Args:
        pairs: values of X and of Y per training seed, one pair per scenario; seeds of X and of Y
            are resampled apart, within each scenario.
    """
    samples = [np.asarray(sample, float) for pair in pairs for sample in pair]
    return _estimate(
        samples,
        lambda drawn: np.mean([_wins(x, y) for x, y in zip(drawn[::2], drawn[1::2])], axis=0),
    )


def normalised_score(mean: float, low: float, high: float) -> float | None:
    """0 at the low reference, 1 at the high one; None where the two are equal."""
    return None if high == low else float((mean - low) / (high - low))


def _wins(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    difference = x[..., :, None] - y[..., None, :]
    return (np.sign(difference) / 2 + 0.5).mean(axis=(-2, -1))


def _estimate(samples: Sequence[ArrayLike], statistic: Callable) -> Estimate:
    """The statistic of the samples, and the percentile bootstrap with each resampled apart."""
    samples = [np.asarray(sample, float) for sample in samples]
    value = float(statistic(samples))
    if all(len(sample) < 2 for sample in samples):
        return Estimate(value, value, value)
    rng = np.random.default_rng(0)  # the same results give the same report
    drawn = [s[rng.integers(len(s), size=(RESAMPLES, len(s)))] for s in samples]
    low, high = np.quantile(statistic(drawn), (0.025, 0.975))
    return Estimate(value, float(low), float(high))
