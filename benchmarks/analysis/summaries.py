"""From trial results to what the report says about each contender, scenario and budget."""

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from ..contenders.registry import BUILT_IN
from ..running.plans import HIGH_REFERENCE, LOW_REFERENCE
from ..running.results import TrialResult
from ..scenarios.registry import SCENARIOS
from .statistics import Estimate, interquartile_estimate, interquartile_mean, mean_estimate


@dataclasses.dataclass(frozen=True)
class Summary:
    """One contender in one scenario at one budget.

    Attributes:
        scenario: its name.
        contender: its name.
        budget: environment steps; after the change, where the world changes.
        results: its trials, by seed, failed ones included.
        returns: mean return of each seed. A failed trial counts as the random policy, and is left
            out where there is no such reference.
        mean_return: interquartile mean of `returns`, with its interval.
        scores: `returns`, normalised as `Study.scale` says; None where it says nothing.
        score: `mean_return`, normalised.
        interval_over: what the interval was resampled over: "seeds", or "episodes" where there is
            a single seed.
        steps: environment steps used, mean over seeds; after the change, where the world changes.
    """

    scenario: str
    contender: str
    budget: int
    results: tuple[TrialResult, ...]
    returns: tuple[float, ...]
    mean_return: Estimate | None
    scores: tuple[float, ...] | None
    score: Estimate | None
    interval_over: str
    steps: float

    @property
    def num_failed(self) -> int:
        """Trials that failed for good."""
        return sum(bool(result.error) for result in self.results)

    def mean(self, name: str) -> float:
        """Mean of a number in the trials that did not fail; nan if all did."""
        values = self._values(name)
        return float(np.mean(values)) if values else float("nan")

    def median(self, name: str) -> float:
        """Median of the same: of seconds, since the first trial of a process compiles for all."""
        values = self._values(name)
        return float(np.median(values)) if values else float("nan")

    def _values(self, name: str) -> list[float]:
        return [getattr(result, name) for result in self.results if not result.error]


class Study:
    """Summaries of a results file.

    Args:
        results: all trials.

    Attributes:
        scenarios: names, in the order of `SCENARIOS`, others last.
        contenders: names, in the order of the registry, others last.
        learners: those of them that training budgets matter to.
    """

    def __init__(self, results: Sequence[TrialResult]) -> None:
        self.results = list(results)
        self.scenarios = _in_order((r.scenario for r in results), SCENARIOS)
        self.contenders = _in_order((r.contender for r in results), BUILT_IN)
        learning = {result.contender for result in results if result.budget}
        self.learners = [name for name in self.contenders if name in learning]
        groups: dict[tuple[str, str, int], list[TrialResult]] = {}
        for result in results:
            key = result.scenario, result.contender, result.budget
            groups.setdefault(key, []).append(result)
        self._groups = groups
        self._scales = {name: self._scale(name) for name in self.scenarios}
        self._summaries = {key: self._summary(*key) for key in sorted(groups)}

    def curve(self, scenario: str, contender: str) -> list[Summary]:
        """A contender's summaries in a scenario, by budget."""
        return [s for key, s in self._summaries.items() if key[:2] == (scenario, contender)]

    def final(self, scenario: str) -> list[Summary]:
        """Of each contender in a scenario, the one with the largest budget that it has."""
        curves = (self.curve(scenario, contender) for contender in self.contenders)
        return [curve[-1] for curve in curves if curve]

    def at(self, scenario: str, contender: str, budget: int | None = None) -> Summary | None:
        """A contender's summary at a budget, by default its largest; None where it did not run."""
        if budget is not None:
            return self._summaries.get((scenario, contender, budget))
        curve = self.curve(scenario, contender)
        return curve[-1] if curve else None

    def changes(self, scenario: str) -> bool:
        """Whether the world changes after training: then learners are judged at budget 0, too."""
        return any(self.at(scenario, name, 0) for name in self.learners)

    @property
    def changing(self) -> list[str]:
        """The scenarios that change after training."""
        return [name for name in self.scenarios if self.changes(name)]

    def reference(self, scenario: str, name: str) -> float | None:
        """Mean return of a contender that does not learn; None where there is none."""
        trials = self._groups.get((scenario, name, 0), [])
        means = [trial.mean_return for trial in trials if trial.mean_return is not None]
        return float(np.mean(means)) if means else None

    def scale(self, scenario: str) -> tuple[float, float] | None:
        """Mean returns that have the scores 0 and 1: of random actions, and of exact Bayes.

        Where no exact reference ran, of the contender with the best mean over seeds, at its best
        budget. None where random actions did not run, or nobody is better.
        """
        return self._scales[scenario]

    @property
    def without_exact(self) -> list[str]:
        """The scenarios in which no exact reference ran."""
        return [n for n in self.scenarios if self.reference(n, HIGH_REFERENCE) is None]

    def _scale(self, scenario: str) -> tuple[float, float] | None:
        low, high = (self.reference(scenario, n) for n in (LOW_REFERENCE, HIGH_REFERENCE))
        if high is None:
            groups = (trials for key, trials in self._groups.items() if key[0] == scenario)
            means = (
                [t.mean_return for t in group if t.mean_return is not None] for group in groups
            )
            high = max((float(interquartile_mean(one)) for one in means if one), default=None)
        return (low, high) if low is not None and high is not None and high > low else None

    @property
    def failures(self) -> list[TrialResult]:
        """Trials that failed for good."""
        return [result for result in self.results if result.error]

    def _summary(self, scenario: str, contender: str, budget: int) -> Summary:
        trials = sorted(self._groups[scenario, contender, budget], key=lambda trial: trial.seed)
        low, scale = self.reference(scenario, LOW_REFERENCE), self.scale(scenario)
        returns = [low if trial.error else trial.mean_return for trial in trials]
        returns = tuple(value for value in returns if value is not None)
        over = "seeds" if len(trials) > 1 else "episodes"
        estimate = _return_estimate(trials, returns)
        scores = score = None
        if scale is not None and estimate is not None:
            scores = tuple((x - scale[0]) / (scale[1] - scale[0]) for x in returns)
            score = estimate.scaled(*scale)
        return Summary(
            scenario,
            contender,
            budget,
            tuple(trials),
            returns,
            estimate,
            scores,
            score,
            over,
            self._steps(scenario, contender, trials),
        )

    def _steps(self, scenario: str, contender: str, trials: Sequence[TrialResult]) -> float:
        """Mean over seeds of all steps used, less those before the change."""
        before = {
            trial.seed: trial.reward_free_steps + trial.rewarded_steps
            for trial in self._groups.get((scenario, contender, 0), [])
            if not trial.error
        }
        used = [
            trial.reward_free_steps + trial.rewarded_steps - before.get(trial.seed, 0)
            for trial in trials
            if not trial.error
        ]
        return float(np.mean(used)) if used else float(trials[0].budget)


def _return_estimate(trials: Sequence[TrialResult], returns: tuple[float, ...]) -> Estimate | None:
    if not returns:
        return None
    if len(trials) == 1 and not trials[0].error:
        return mean_estimate(trials[0].episode_returns)
    return interquartile_estimate([returns])


def _in_order(names: Iterable[str], known: Iterable[str]) -> list[str]:
    found = dict.fromkeys(names)
    return [name for name in known if name in found] + [n for n in found if n not in set(known)]
