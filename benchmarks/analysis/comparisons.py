"""Pairs of contenders: who improves on whom, and where their intervals overlap."""

import dataclasses
import functools
import itertools
from collections.abc import Sequence

from ..running.plans import AIFGYM, HIGH_REFERENCE, OURS, WORLD_MODEL
from ..scenarios.registry import SCENARIOS
from .statistics import (
    Estimate,
    interquartile_estimate,
    mean_over_strata,
    paired_difference,
    probability_of_improvement,
)
from .summaries import Study, Summary


@dataclasses.dataclass(frozen=True)
class Improvement:
    """Probability of improvement over another contender, in all and in each scenario."""

    estimate: Estimate
    by_scenario: dict[str, Estimate]


def our_contenders(study: Study) -> list[str]:
    """Those of ours that ran, the tutorial's recipe left out."""
    return [name for name in study.learners if name in (*AIFGYM, *WORLD_MODEL)]


def other_learners(study: Study) -> list[str]:
    """Those that learn and are not ours."""
    return [name for name in study.learners if name not in (*OURS, *WORLD_MODEL)]


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
            distinct = [pairs[name] for name in distinct_worlds(list(pairs))]
            found[other] = Improvement(probability_of_improvement(distinct), by_scenario)
    return found


def common_scenarios(study: Study) -> tuple[list[str], list[str]]:
    """The scenarios that most contenders share, and the contenders that ran in all of them.

    Returns:
        Scenarios with a score in which the first learner ran, and contenders, in their order;
        both empty where there is nothing to compare.
    """
    if not study.learners:
        return [], []
    first = study.learners[0]
    shared = [n for n in study.scenarios if (s := study.at(n, first)) and s.score is not None]
    shared = distinct_worlds(shared)
    complete = [c for c in study.contenders if all(study.at(n, c) for n in shared)]
    return (shared, complete) if len(shared) > 1 else ([], [])


def aggregate(study: Study, scenarios: Sequence[str], contender: str) -> tuple[Estimate, Estimate]:
    """Interquartile mean of all scores of a contender, and the mean of those of each scenario."""
    summaries = [study.at(name, contender) for name in scenarios]
    strata = [summary.scores for summary in summaries if summary and summary.scores]
    return interquartile_estimate(strata), mean_over_strata(strata)


def difference(study: Study, mine: Summary, theirs: Summary | None) -> Estimate | None:
    """Mean difference of two scores, episode by episode: what is hard is so for both.

    Returns:
        Plain mean over seeds and episodes; the interval is over both. None where a score is
        missing, a trial failed, or episodes differ in number.
    """
    if theirs is None or None in (mine.score, theirs.score) or mine.num_failed + theirs.num_failed:
        return None
    x, y = ([result.episode_returns for result in s.results] for s in (mine, theirs))
    if len({len(returns) for returns in (*x, *y)}) != 1:
        return None
    scale = study.scale(mine.scenario)
    return paired_difference(x, y).scaled(0.0, scale[1] - scale[0]) if scale else None


def minus_exact_bayes(study: Study, summary: Summary) -> Estimate | None:
    """`difference` of a contender and exact Bayes."""
    return difference(study, summary, study.at(summary.scenario, HIGH_REFERENCE))


def same_worlds(names: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of scenarios that differ only in who may take part."""
    known = [name for name in names if name in SCENARIOS]
    label = {"name": "", "reason": "", "hides_dynamics": False}
    as_one = {name: dataclasses.replace(SCENARIOS[name], **label) for name in known}
    return [pair for pair in itertools.combinations(known, 2) if as_one[pair[0]] == as_one[pair[1]]]


def distinct_worlds(names: Sequence[str]) -> list[str]:
    """Scenarios without those that are the world of an earlier one."""
    again = {other for _, other in same_worlds(names)}
    return [name for name in names if name not in again]


def as_good_or_better(study: Study, scenario: str, ours: str) -> dict[str, list[Summary]]:
    """Other learners whose interval lies above ours ("better"), or not clearly below ("as good").

    As good is also who is not told apart by `difference`, which counts the luck of episodes, too.
    """
    mine, found = study.at(scenario, ours), {"as good": [], "better": []}
    for name in other_learners(study):
        theirs = study.at(scenario, name)
        if mine is None or theirs is None or not (mine.mean_return and theirs.mean_return):
            continue
        gap = difference(study, mine, theirs)
        if theirs.mean_return.low > mine.mean_return.high:
            found["better"].append(theirs)
        elif theirs.mean_return.overlaps(mine.mean_return) or (gap and gap.low <= 0):
            found["as good"].append(theirs)
    return found
