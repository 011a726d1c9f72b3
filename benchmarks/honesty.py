"""What a results file does not show, said from the data."""

import re

import numpy as np

from .comparisons import (
    PUBLISHED_RECIPE,
    as_good_or_better,
    our_contenders,
    other_learners,
)
from .document import Bullets, Section, Text, shown
from .study import HIGH_REFERENCE, Study, Summary

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
    return Section(TITLE, [*blocks, Text("About all of them:"), Bullets(_in_general(study))])


def _about(study: Study, ours: str) -> list[str]:
    items = []
    for scenario in study.scenarios:
        mine = study.at(scenario, ours)
        if mine is None or mine.mean_return is None:
            continue
        found = as_good_or_better(study, scenario, ours)
        if found["better"]:
            items.append(f"{scenario}: better than ours ({_said(mine)}) with an interval above it: "
                         f"{_list(found['better'])}.")  # fmt: skip
        if found["as good"]:
            items.append(f"{scenario}: as good as ours ({_said(mine)}), the intervals overlap: "
                         f"{_list(found['as good'])}.")  # fmt: skip
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
    below = [s for n in study.scenarios if (s := study.at(n, ours)) and s.score and s.score.value < 1]
    if not below:
        return []
    items = ", ".join(
        f"{s.scenario} {shown(s.score)}" + (" (interval reaches 1)" if s.score.high >= 1 else "")
        for s in below
    )
    return [f"Below {HIGH_REFERENCE}: {items}."]


def _given(study: Study, ours: str) -> list[str]:
    mine, lines = _gifts(study, ours), []
    for name in other_learners(study):
        theirs = _gifts(study, name)
        more = ", ".join(gift for gift in mine if gift not in theirs) or "nothing"
        less = ", ".join(gift for gift in theirs if gift not in mine) or "nothing"
        lines.append(f"Given to {ours} and not to {name}: {more}. The other way round: {less}.")
    return lines


def _gifts(study: Study, name: str) -> list[str]:
    """What a contender says it was given, its single items, in order."""
    told = [result.given for result in study.results if result.contender == name]
    return list(dict.fromkeys(gift for given in told for gift in re.split(r"[;,]\s+", given)))


def _in_general(study: Study) -> list[str]:
    return [
        *_seeds(study),
        *_episode_noise(study),
        *_recurrent(study),
        *_recipe(study),
        *_failures(study),
        *_missing(study),
    ]


def _seeds(study: Study) -> list[str]:
    counts: dict[int, set[str]] = {}
    for scenario in study.scenarios:
        for summary in study.final(scenario):
            if summary.contender in study.learners:
                counts.setdefault(len(summary.results), set()).add(summary.contender)
    said = "; ".join(f"{n} ({', '.join(sorted(names))})" for n, names in sorted(counts.items()))
    return [
        f"Training seeds per scenario: {said}. For normally distributed scores an interval of "
        "this kind covers the truth in about 94 of 100 cases with ten seeds, in 90 with five and in "
        "75 with three, not in 95: a gap barely outside of it is no proof."
    ] if counts else []  # fmt: skip


def _episode_noise(study: Study) -> list[str]:
    """How much of a score is luck of the evaluation episodes, which no interval shows."""
    errors = {}
    for scenario in study.scenarios:
        reference = study.at(scenario, HIGH_REFERENCE)
        if reference is None or reference.score is None:
            continue
        low, high = reference.score.low, reference.score.high
        errors[scenario] = (high - low) / 2
    if not errors:
        return []
    worst = max(errors, key=errors.get)
    return [
        "All contenders meet the same evaluation episodes, so their differences are less noisy than "
        "their levels; intervals over seeds leave the choice of episodes out. Other episodes would "
        f"move the return of {HIGH_REFERENCE} by up to {errors[worst]:.3f} of a score "
        f"(95 %, largest in {worst})."
    ]


def _recurrent(study: Study) -> list[str]:
    """Why the costly ones ran less, and by how much they are costlier."""
    ours, items = our_contenders(study), []
    widest = max((_places(study, name) for name in study.learners), default=(0, 0))
    for name in other_learners(study):
        places, seeds = _places(study, name)
        if not ours or (places, seeds) >= widest or places == 0:
            continue
        ratio = _cost(study, name, ours[0])
        cost = "" if ratio is None else (
            f"; its training took {ratio:.1f} times the CPU seconds of {ours[0]}'s at the largest "
            "budget, median over the scenarios that both ran in"
        )  # fmt: skip
        items.append(f"{name} ran in {places} of {len(study.scenarios)} scenarios, with up to "
                     f"{seeds} seeds{cost}.")  # fmt: skip
    return items


def _places(study: Study, name: str) -> tuple[int, int]:
    found = [s for n in study.scenarios if (s := study.at(n, name))]
    return len(found), max((len(s.results) for s in found), default=0)


def _cost(study: Study, name: str, ours: str) -> float | None:
    ratios = [
        theirs.mean("train_cpu_seconds") / mine.mean("train_cpu_seconds")
        for scenario in study.scenarios
        if (mine := study.at(scenario, ours)) and (theirs := study.at(scenario, name))
        and mine.mean("train_cpu_seconds") > 0
    ]  # fmt: skip
    return float(np.nanmedian(ratios)) if ratios and not np.all(np.isnan(ratios)) else None


def _recipe(study: Study) -> list[str]:
    """How often the tutorial's recipe, as published, does not get half of the way."""
    found = [s for n in study.scenarios if (s := study.at(n, PUBLISHED_RECIPE)) and s.scores]
    scores = [score for summary in found for score in summary.scores]
    if not scores:
        return []
    low = sum(score < 0.5 for score in scores)
    return [
        f"{PUBLISHED_RECIPE}, one training as published, stays below a score of 0.5 in {low} of "
        f"{len(scores)} trials ({len(found)} scenarios): what our other contenders reach is not "
        "what the published recipe reaches."
    ]


def _failures(study: Study) -> list[str]:
    if not study.failures:
        return ["No trial failed."]
    trials = {(r.scenario, r.contender, r.seed) for r in study.failures}
    said = "; ".join(f"{c} in {s}, seed {seed}" for s, c, seed in sorted(trials))
    return [f"{len(trials)} trials failed for good and count as the random policy: {said}."]


def _missing(study: Study) -> list[str]:
    """Where the largest budgets differ, so that a table compares unlike things."""
    items = []
    for scenario in study.scenarios:
        last = {s.contender: s.budget for s in study.final(scenario)
                if s.contender in study.learners}  # fmt: skip
        if len(set(last.values())) > 1:
            short = [f"{n} {b:,}" for n, b in last.items() if b < max(last.values())]
            items.append(f"{scenario}: not run up to {max(last.values()):,} steps: "
                         f"{', '.join(short)}.")  # fmt: skip
    return items


def _said(summary: Summary) -> str:
    return shown(summary.score or summary.mean_return)


def _list(summaries: list[Summary]) -> str:
    return ", ".join(f"{s.contender} {_said(s)}" for s in summaries)
