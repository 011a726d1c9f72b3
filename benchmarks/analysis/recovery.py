"""How soon a changed world is noticed, and what that costs: pure functions on returns."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from .statistics import Estimate

BLOCK = 4
"""Episodes that one point of a curve is the mean of."""
WINDOW = 20
"""Episodes that a single life is judged by; 10 of them luck brings also to who never learns."""
SHARE = 0.8
RESAMPLES = 2_000


@dataclasses.dataclass(frozen=True)
class Recovery:
    """Of one contender, with 95 % intervals over lives.

    Attributes:
        lost_before: share of the return that it lacks before the change.
        recovered: share of what can be recovered that it has at the end of its life.
        episodes: after the change until the mean over lives has 80 % of that; infinite where it
            never has.
        own_episodes: the median over lives of the episodes until the life's own mean of the last
            `WINDOW` episodes has 80 %.
        area_lost: returns after the change that it lacks to who was told, in all.
    """

    lost_before: Estimate
    recovered: Estimate
    episodes: Estimate
    own_episodes: Estimate
    area_lost: Estimate


def recovery(
    own: np.ndarray, fixed: np.ndarray, told: np.ndarray, changes: Sequence[int]
) -> Recovery:
    """Beside who never notices, and who is told, in each of the worlds that follow one another.

    Args:
        own: `(lives, episodes)`, returns.
        fixed: of who does not learn.
        told: of who knows each world.
        changes: episodes at which the world changes.
    """
    rng, before = np.random.default_rng(0), changes[0]
    low, high = (_by_world(returns, changes)[before:] for returns in (fixed, told))
    drawn = rng.integers(len(own), size=(RESAMPLES, len(own)))
    curves = np.concatenate([own.mean(axis=0)[None], own[drawn].mean(axis=1)])
    shares = blocks((curves[:, before:] - low) / (high - low))
    reached = shares >= SHARE
    first = np.where(reached.any(axis=1), BLOCK * (reached.argmax(axis=1) + 1.0), np.inf)
    own_first = _first_above((own[:, before:] - low) / (high - low), SHARE)
    median = np.median(np.concatenate([own_first[None], own_first[drawn]]), axis=1)
    last = shares[:, -max(1, shares.shape[1] // 4) :].mean(axis=1)
    lost = 1 - curves[:, :before].mean(axis=1) / told[:, :before].mean()
    area = high.sum() - curves[:, before:].sum(axis=1)
    return Recovery(*(_estimate(values) for values in (lost, last, first, median, area)))


def _by_world(returns: np.ndarray, changes: Sequence[int]) -> np.ndarray:
    """`(episodes,)`, the mean return in the world that each episode is in."""
    parts = np.split(returns.mean(axis=0), changes)
    return np.concatenate([np.full(len(part), part.mean()) for part in parts])


def blocks(returns: np.ndarray) -> np.ndarray:
    """`(..., blocks)`, means of `BLOCK` episodes each; what is left over is left out."""
    count = returns.shape[-1] // BLOCK
    return returns[..., : count * BLOCK].reshape(*returns.shape[:-1], count, BLOCK).mean(axis=-1)


def _first_above(returns: np.ndarray, level: float) -> np.ndarray:
    """`(lives,)`, episodes until the mean of the last `WINDOW` is at `level`; infinite if never."""
    if returns.shape[1] < WINDOW:
        return np.full(len(returns), np.inf)
    means = np.lib.stride_tricks.sliding_window_view(returns, WINDOW, axis=1).mean(axis=-1)
    is_above = means >= level
    return np.where(is_above.any(axis=1), WINDOW + is_above.argmax(axis=1), np.inf)


def _estimate(values: np.ndarray) -> Estimate:
    """The first value, and the interval of the others."""
    low, high = np.quantile(values[1:], (0.025, 0.975), method="nearest")
    return Estimate(float(values[0]), float(low), float(high))
