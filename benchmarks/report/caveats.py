"""What holds for all numbers of a results file, said from the data."""

import numpy as np

from ..analysis.comparisons import other_learners, our_contenders, same_worlds
from ..analysis.summaries import Study
from ..running.plans import DEFAULT, HIGH_REFERENCE, PUBLISHED_RECIPE, RECURRENT, TUNED
from .document import shown


def in_general(study: Study) -> list[str]:
    """Few seeds, noise, cost, failures: what to know before the numbers are believed."""
    return [
        *_seeds(study),
        *_episode_noise(study),
        *_still_improving(study),
        *_costly(study),
        *_tuning(study),
        *_recipe(study),
        *_same(study),
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
        "this kind covers the truth in about 94 of 100 cases with ten seeds, in 90 with five and "
        "in 75 with three, not in 95: a gap barely outside of it is no proof, and one seed shows "
        "nothing about training. Environment i of training seed s has seed s + i, as in SB3, so "
        "neighbouring seeds share random numbers and are not fully independent."
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
    worst = max(errors, key=lambda scenario: errors[scenario])
    return [
        "All contenders meet the same evaluation episodes, so their differences are less noisy "
        "than their levels; intervals over seeds leave the choice of episodes out. Other episodes "
        f"would move the score of {HIGH_REFERENCE} by up to {errors[worst]:.3f} (95 %, largest in "
        f"{worst}). Earlier versions of our contenders were judged by the same episodes, so these "
        "are not held out; PPO's settings were chosen on others."
    ]


def _still_improving(study: Study) -> list[str]:
    """Who would go on with more steps, beyond the intervals."""
    found = []
    for scenario in study.scenarios:
        for name in study.learners:
            summaries = study.curve(scenario, name)
            curve = [(s.mean_return, s.score) for s in summaries if s.mean_return and s.score]
            if len(curve) > 1 and curve[-1][0].low > curve[-2][0].high:
                earlier, last = (f"{score.value:.3f}" for _, score in curve[-2:])
                found.append(f"{name} in {scenario} ({earlier}, then {last})")
    return [
        "Still better at the largest budget than at the one before, so that more steps may help: "
        f"{'; '.join(found)}."
    ] if found else []  # fmt: skip


def _costly(study: Study) -> list[str]:
    """Who ran less often, and by how much they are costlier."""
    ours, items = our_contenders(study), []
    widest = max((_places(study, name) for name in study.learners), default=(0, 0))
    for name in other_learners(study):
        places, seeds = _places(study, name)
        if not ours or (places, seeds) >= widest or places == 0:
            continue
        ratio = _cost(study, name, ours[0])
        cost = "" if ratio is None else (
            f"; its training took {ratio:.1f} times the CPU seconds of {ours[0]}'s at the largest "
            "budget, median over scenarios and seeds (what a process compiles at first is left out)"
            + (": too costly to run it as often" if name in RECURRENT else "")
        )  # fmt: skip
        items.append(f"{name} ran in {places} of {len(study.scenarios)} scenarios, with at most "
                     f"{seeds} training seed{'s' * (seeds != 1)}{cost}.")  # fmt: skip
    return items


def _places(study: Study, name: str) -> tuple[int, int]:
    found = [s for n in study.scenarios if (s := study.at(n, name))]
    return len(found), max((len(s.results) for s in found), default=0)


def _cost(study: Study, name: str, ours: str) -> float | None:
    ratios = [
        theirs.median("train_cpu_seconds") / mine.median("train_cpu_seconds")
        for scenario in study.scenarios
        if (mine := study.at(scenario, ours)) and (theirs := study.at(scenario, name))
        and mine.median("train_cpu_seconds") > 0
    ]  # fmt: skip
    return float(np.nanmedian(ratios)) if ratios and not np.all(np.isnan(ratios)) else None


def _tuning(study: Study) -> list[str]:
    """Where the search for settings did not pay."""
    (tuned,), (default,) = TUNED, DEFAULT
    pairs = [(study.at(n, tuned), study.at(n, default)) for n in study.scenarios]
    scored = [(t.scenario, t.score, d.score) for t, d in pairs if t and d and t.score and d.score]
    not_above = ", ".join(
        f"{scenario} ({shown(best)} and {shown(plain)})"
        for scenario, best, plain in scored
        if best.value <= plain.value
    )
    return [
        f"{tuned} is no better than {default} with its defaults in {not_above}, of {len(scored)} "
        "scenarios where both ran: other settings may well do better than those found, and no form "
        "of PPO with memory was tuned."
    ] if not_above else []  # fmt: skip


def _same(study: Study) -> list[str]:
    return [
        f"{other} is the world of {one} with the same seeds: who runs in both has the same results "
        "in both."
        for one, other in same_worlds(study.scenarios)
    ]


def _recipe(study: Study) -> list[str]:
    """How often the tutorial's recipe, as published, does not get half of the way."""
    found = [s for n in study.scenarios if (s := study.at(n, PUBLISHED_RECIPE)) and s.scores]
    scores = [score for summary in found for score in summary.scores or ()]
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
    count = "1 trial" if len(trials) == 1 else f"{len(trials)} trials"
    return [f"Failed for good, counted as the random policy: {count} ({said})."]


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
