"""What a results file does not show, said from the data."""

import re

from ..analysis.comparisons import (
    as_good_or_better,
    difference,
    minus_exact_bayes,
    other_learners,
    our_contenders,
)
from ..analysis.summaries import Study, Summary
from ..running.plans import HIGH_REFERENCE
from ..scenarios.registry import SCENARIOS
from . import caveats
from .document import Bullets, Section, Text, shown

TITLE = "What this does not show"


def section(study: Study) -> Section:
    """The section, every sentence of it computed."""
    ours = our_contenders(study)
    intro = (
        "Every line follows from the results file. Intervals are over training seeds (over "
        "episodes where there is one seed); they say nothing about worlds, tasks or settings that "
        "were not run."
    )
    if all(name in SCENARIOS for name in study.scenarios):
        intro += (
            " All of these are one family of small discrete worlds, which suits a model with "
            "discrete states."
        )
    blocks = [Text(intro)]
    for name in ours:
        blocks += [Text(f"{name}, at the largest budget of each:"), Bullets(_about(study, name))]
    if not ours:
        blocks.append(Text("None of our contenders ran, so nothing is said about them."))
    return Section(TITLE, [*blocks, Text("About all of them:"), Bullets(caveats.in_general(study))])


def _about(study: Study, ours: str) -> list[str]:
    items = []
    for scenario in study.scenarios:
        mine = study.at(scenario, ours)
        if mine is None or mine.mean_return is None:
            continue
        found = as_good_or_better(study, scenario, ours)
        if found["better"]:
            items.append(
                f"{scenario}: better than ours ({_said(mine)}), with an interval above it: "
                f"{_list(found['better'])}."
            )
        if found["as good"]:
            items.append(
                f"{scenario}: as good as ours ({_said(mine)}) as far as this can tell, with an "
                f"interval that overlaps it or a difference that may be 0: "
                f"{_list(found['as good'])}."
            )
    compared = [n for n in study.scenarios if study.at(n, ours)]
    items += [] if items else [
        f"In none of its {len(compared)} scenarios does the interval of another library's learner "
        "reach ours, nor that of a difference reach 0."
    ]  # fmt: skip
    items += _differences(study, ours)
    items += _before_the_largest(study, ours)
    items += _failed_trainings(study, ours)
    items += _worse_after_more(study, ours)
    items += _below_exact_bayes(study, ours)
    return items + _given(study, ours)


def _before_the_largest(study: Study, ours: str) -> list[str]:
    """Where another learner was ahead at a smaller budget."""
    ahead = []
    for scenario in study.scenarios:
        mine = {s.budget: s for s in study.curve(scenario, ours)}
        for name in other_learners(study):
            for theirs in study.curve(scenario, name)[:-1]:
                our = mine.get(theirs.budget)
                if our and our.mean_return and theirs.mean_return and (
                    theirs.mean_return.value > our.mean_return.value
                ):  # fmt: skip
                    ahead.append(f"{scenario} at {theirs.budget:,} ({name})")
    said = "At smaller budgets a higher mean than ours had: "
    return [f"{said}{'; '.join(ahead)}."] if ahead else []


def _worse_after_more(study: Study, ours: str) -> list[str]:
    """Where more steps made an agent worse, beyond the intervals."""
    worse = []
    for scenario in study.scenarios:
        curve = [(s.mean_return, s) for s in study.curve(scenario, ours) if s.mean_return]
        if len(curve) < 2:
            continue
        *earlier, (reached, last) = curve
        highest, best = max(earlier, key=lambda pair: pair[0].value)
        if highest.low > reached.high:
            worse.append(f"{scenario} {_said(last)}, after {best.budget:,} steps {_said(best)}")
    return [f"Worse after more steps: {'; '.join(worse)}."] if worse else []


def _below_exact_bayes(study: Study, ours: str) -> list[str]:
    """Where ours is worse, and where that may be luck of the episodes."""
    told_apart, not_told = [], []
    for scenario in study.scenarios:
        mine = study.at(scenario, ours)
        gap = mine and minus_exact_bayes(study, mine)
        if gap and gap.low < 0:
            (told_apart if gap.high < 0 else not_told).append(f"{scenario} {shown(gap)}")
    lists = {
        f"Below {HIGH_REFERENCE}": told_apart,
        f"Not told apart from {HIGH_REFERENCE}": not_told,
    }
    return [f"{said}, by episode: {', '.join(found)}." for said, found in lists.items() if found]


def _differences(study: Study, ours: str) -> list[str]:
    """Ours less theirs, with the luck of seeds and of episodes in the interval."""
    found = []
    for scenario in study.scenarios:
        mine = study.at(scenario, ours)
        gaps = {n: mine and difference(study, mine, study.at(scenario, n))
                for n in other_learners(study)}  # fmt: skip
        said = ", ".join(f"{name} {shown(gap)}" for name, gap in gaps.items() if gap)
        if said:
            found.append(f"{scenario}: {said}")
    return [
        "Score of ours less that of the other, by episode, with the choice of seeds and of "
        f"episodes in the interval: {'; '.join(found)}."
    ] if found else []  # fmt: skip


def _failed_trainings(study: Study, ours: str) -> list[str]:
    """Seeds that did not get half of the way at some budget."""
    found = []
    for scenario in study.scenarios:
        for s in study.curve(scenario, ours):
            scores = s.scores or ()
            low = sum(score < 0.5 for score in scores)
            if low and s.budget:
                found.append(f"{scenario} at {s.budget:,} ({low} of {len(scores)})")
    return [f"Trainings with a score below 0.5: {'; '.join(found)}."] if found else []


def _given(study: Study, ours: str) -> list[str]:
    """What each side lists that the other does not."""
    mine = _gifts(study, ours)
    theirs = {name: _gifts(study, name) for name in other_learners(study)}
    alone = [gift for gift in mine if not any(gift in gifts for gifts in theirs.values())]
    items = [f"Given to {ours} and listed by no other: {'; '.join(alone)}."] if alone else []
    told = [f"{name}: {'; '.join(g for g in gifts if g not in mine) or 'nothing'}"
            for name, gifts in theirs.items()]  # fmt: skip
    return items + (
        [f"What the others list and {ours} does not. {'. '.join(told)}."] if told else []
    )


def _gifts(study: Study, name: str) -> list[str]:
    """What a contender says it was given, its single items, in order."""
    told = [result.given for result in study.results if result.contender == name]
    return list(dict.fromkeys(gift for given in told for gift in re.split(r";\s+", given)))


def _said(summary: Summary) -> str:
    return shown(summary.score or summary.mean_return)


def _list(summaries: list[Summary]) -> str:
    return ", ".join(f"{s.contender} {_said(s)}" for s in summaries)
