"""From trial results to the numbers of the table."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy import stats

from .results import TrialResult

RESAMPLES = 10_000
LOW_REFERENCE, HIGH_REFERENCE = "random", "exact Bayes"


@dataclasses.dataclass(frozen=True)
class Summary:
    """One contender in one scenario.

    Attributes:
        scenario: its name.
        contender: its name.
        results: its trials, by seed.
        interval_over: what the interval was resampled over: "seeds" or "episodes".
        mean_return: mean over trials of the mean return.
        interval: 95 % bootstrap interval of `mean_return`.
        scores: normalised score of each trial, random 0 and exact Bayes 1; None where a
            reference is missing or the two are equal.
    """

    scenario: str
    contender: str
    results: tuple[TrialResult, ...]
    interval_over: str
    mean_return: float
    interval: tuple[float, float]
    scores: tuple[float, ...] | None


def summarise(results: Sequence[TrialResult]) -> list[Summary]:
    """One summary per scenario and contender, in the order of first appearance."""
    groups: dict[tuple[str, str], list[TrialResult]] = {}
    for result in results:
        groups.setdefault((result.scenario, result.contender), []).append(result)
    summaries = []
    for (scenario, contender), trials in groups.items():
        trials = sorted(trials, key=lambda trial: trial.seed)
        means = [trial.mean_return for trial in trials]
        over = "seeds" if len(trials) > 1 else "episodes"
        sample = means if over == "seeds" else trials[0].episode_returns
        references = [groups.get((scenario, name)) for name in (LOW_REFERENCE, HIGH_REFERENCE)]
        summaries.append(
            Summary(
                scenario,
                contender,
                tuple(trials),
                over,
                float(np.mean(means)),
                bootstrap_interval(sample),
                _normalised(means, *references),
            )
        )
    return summaries


def bootstrap_interval(sample: Sequence[float]) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the mean; a single value is its own interval."""
    if len(sample) < 2:
        return float(sample[0]), float(sample[0])
    result = stats.bootstrap(
        (np.asarray(sample),),
        np.mean,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(0),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def normalised_score(mean: float, low: float, high: float) -> float | None:
    """0 at the low reference, 1 at the high one; None where the two are equal."""
    return None if high == low else float((mean - low) / (high - low))


def _normalised(means, low_trials, high_trials) -> tuple[float, ...] | None:
    if not low_trials or not high_trials:
        return None
    low, high = (np.mean([t.mean_return for t in trials]) for trials in (low_trials, high_trials))
    scores = tuple(normalised_score(mean, low, high) for mean in means)
    return None if None in scores else scores
