"""Pairs of contenders: who improves on whom, and where their intervals overlap."""

import dataclasses
import functools
from collections.abc import Sequence

from .plans import OURS
from .statistics import Estimate, interquartile_estimate, probability_of_improvement
from .study import Study, Summary

PUBLISHED_RECIPE = OURS[-1]
"""The tutorial's: ours to run, not ours to judge by."""


@dataclasses.dataclass(frozen=True)
class Improvement:
    """Probability of improvement over another contender, in all and in each scenario."""

    estimate: Estimate
    by_scenario: dict[str, Estimate]


def our_contenders(study: Study) -> list[str]:
    """Those of ours that ran, the tutorial's recipe left out."""
    return [name for name in study.learners if name in OURS and name != PUBLISHED_RECIPE]


def other_learners(study: Study) -> list[str]:
    """Those that learn and are not ours."""
    return [name for name in study.learners if name not in OURS]


@functools.lru_cache(maxsize=8)  # figure and table show the same; a study does not change
def improvements(study: Study, ours: str) -> dict[str, Improvement]:
    """Of `ours` over each other contender that ran in one of its scenarios."""
    found = {}
    for other in study.contenders:
        pairs = {
            name: (mine.returns, theirs.returns)
            for name in study.scenarios
            if (mine := study.at(name, ours)) and (theirs := study.at(name, other))
            and mine.returns and theirs.returns
        }  # fmt: skip
        if other != ours and pairs:
            by_scenario = {n: probability_of_improvement([pair]) for n, pair in pairs.items()}
            found[other] = Improvement(
                probability_of_improvement(list(pairs.values())), by_scenario
            )
    return found


def common_scenarios(study: Study) -> tuple[list[str], list[str]]:
    """The scenarios that most contenders share, and the contenders that ran in all of them.

    Returns:
        Scenarios with a score in which the first learner ran, and contenders, in their order;
        both empty where there is nothing to compare.
    """
    first = study.learners[0] if study.learners else None
    shared = [n for n in study.scenarios if (s := study.at(n, first)) and s.score is not None]
    complete = [c for c in study.contenders if all(study.at(n, c) for n in shared)]
    return (shared, complete) if len(shared) > 1 else ([], [])


def aggregate(study: Study, scenarios: Sequence[str], contender: str) -> Estimate:
    """Interquartile mean of all scores of a contender; seeds resampled within each scenario."""
    return interquartile_estimate([study.at(name, contender).scores for name in scenarios])


def as_good_or_better(study: Study, scenario: str, ours: str) -> dict[str, list[Summary]]:
    """Other learners whose interval overlaps with ours ("as good") or lies above it ("better")."""
    mine, found = study.at(scenario, ours), {"as good": [], "better": []}
    for name in other_learners(study):
        theirs = study.at(scenario, name)
        if mine is None or theirs is None or not (mine.mean_return and theirs.mean_return):
            continue
        if theirs.mean_return.overlaps(mine.mean_return):
            found["as good"].append(theirs)
        elif theirs.mean_return.low > mine.mean_return.high:
            found["better"].append(theirs)
    return found
