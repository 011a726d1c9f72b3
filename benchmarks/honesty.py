"""What a results file does not show, said from the data."""

import re

from . import caveats
from .comparisons import as_good_or_better, other_learners, our_contenders
from .document import Bullets, Section, Text, shown
from .plans import HIGH_REFERENCE
from .study import Study, Summary

TITLE = "What this does not show"


def section(study: Study) -> Section:
    """The section, every sentence of it computed."""
    ours = our_contenders(study)
    intro = (
        "Written from the results file by rule. Intervals are over training seeds and say nothing "
        "about worlds, tasks or settings that were not run: all of these are one family of small "
        "discrete worlds, which suits a model with discrete states."
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
                f"interval that overlaps it: {_list(found['as good'])}."
            )
    compared = [n for n in study.scenarios if study.at(n, ours)]
    items += [] if items else [
        f"In none of its {len(compared)} scenarios does another learner's interval reach ours."
    ]  # fmt: skip
    items += _before_the_largest(study, ours)
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


def _below_exact_bayes(study: Study, ours: str) -> list[str]:
    below = [
        s for n in study.scenarios if (s := study.at(n, ours)) and s.score and s.score.value < 1
    ]
    if not below:
        return []
    items = ", ".join(
        f"{s.scenario} {shown(s.score)}" + (" (interval reaches 1)" if s.score.high >= 1 else "")
        for s in below
    )
    return [f"Below {HIGH_REFERENCE}: {items}."]


def _given(study: Study, ours: str) -> list[str]:
    mine, told = _gifts(study, ours), {}
    for name in other_learners(study):
        theirs = _gifts(study, name)
        more = ", ".join(gift for gift in mine if gift not in theirs) or "nothing"
        less = ", ".join(gift for gift in theirs if gift not in mine) or "nothing"
        told.setdefault((more, less), []).append(name)
    return [
        f"Given to {ours} and not to {', '.join(names)}: {more}. What only the other side lists: "
        f"{less}."
        for (more, less), names in told.items()
    ]


def _gifts(study: Study, name: str) -> list[str]:
    """What a contender says it was given, its single items, in order."""
    told = [result.given for result in study.results if result.contender == name]
    return list(dict.fromkeys(gift for given in told for gift in re.split(r"[;,]\s+", given)))


def _said(summary: Summary) -> str:
    return shown(summary.score or summary.mean_return)


def _list(summaries: list[Summary]) -> str:
    return ", ".join(f"{s.contender} {_said(s)}" for s in summaries)
