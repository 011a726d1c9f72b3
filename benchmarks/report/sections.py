"""The sections of the report, in order, as plain data."""

from collections.abc import Sequence

import numpy as np

from ..analysis.comparisons import common_scenarios, our_contenders
from ..analysis.statistics import RESAMPLES
from ..analysis.summaries import Study
from ..scenarios.registry import known_scenario
from ..scenarios.scenario import FIRST_EVALUATION_SEED
from . import figures as report_figures
from . import limits as honesty
from . import tables
from .document import Bullets, Code, Section, Text

NOISE = ("centre", "noisy", "very_noisy")
LENGTH = ("centre", "long", "very_long")


def sections(study: Study, commands: Sequence[str]) -> list[Section]:
    """All of them.

    Args:
        study: holds the results.
        commands: that made the results, as far as known.
    """
    return [
        Section("Summary", _kept(Text(_reading(study)), tables.at_a_glance(study),
                                 tables.right_after_the_change(study),
                                 tables.over_scenarios(study), Text(_aggregate_note(study)),
                                 tables.summary(study))),
        honesty.section(study),
        *(_scenario(study, name) for name in study.scenarios),
        *_across(study),
        Section("What each contender was given", [Bullets(_given(study))]),
        Section("How it was made", _provenance(study, commands)),
    ]  # fmt: skip


def _kept(*blocks) -> list:
    return [block for block in blocks if block is not None and block != Text("")]


def _reading(study: Study) -> str:
    one = "the exact Bayes filter with QMDP"
    if study.without_exact:
        best = f"the best contender at its best budget in {', '.join(study.without_exact)}"
        nobody = len(study.without_exact) == len(study.scenarios)
        one = best if nobody else f"{one} ({best}, where no exact reference ran)"
    return (
        "Score: a contender's mean return, scaled in each scenario so that random actions have 0 "
        f"and {one} has 1. Numbers are interquartile means over training "
        "seeds (a quarter of the seeds left out at each end, rounded down) with "
        f"95 % percentile bootstrap intervals ({RESAMPLES:,} resamples of seeds). With *: one "
        f"seed, the interval is over its {_episodes(study)} evaluation episodes. A failed trial "
        "counts as the random policy. Each contender is shown at its largest budget of environment "
        "steps, counted after the change where the world changes. Differences by episode are of "
        "plain means, and their intervals are over seeds and episodes."
    )


def _aggregate_note(study: Study) -> str:
    scenarios, inside = common_scenarios(study)
    if not scenarios:
        return ""
    outside = [name for name in study.contenders if name not in inside]
    left_out = f" Not in all of them, so left out: {', '.join(outside)}." if outside else ""
    return (
        "All scores: interquartile mean of all seeds and scenarios together, which can trim a bad "
        "scenario away; mean over scenarios: of each one's interquartile mean, which cannot. Seeds "
        f"are resampled within each scenario: what has one seed has no interval here.{left_out}"
    )


def _scenario(study: Study, name: str) -> Section:
    known = known_scenario(name)
    about = f"{known.reason}. Episodes of {known.episode_steps} steps." if known else ""
    if not known:
        about = f"The environment {name.rpartition(':')[2]}, as gym.make gives it."
    if known and known.steps_before:
        about += f" {known.steps_before:,} steps of training come before the change."
    pictures = (
        report_figures.scores(study, name),
        report_figures.against_steps(study, name),
        report_figures.against_seconds(study, name),
    )
    numbers = (
        tables.of_scenario(study, name),
        tables.by_budget(study, name),
        tables.every_seed(study, name),
    )
    return Section(f"Scenario {name}", _kept(Text(about), *pictures, *numbers))


def _across(study: Study) -> list[Section]:
    ours = our_contenders(study)
    found = {
        "Score against noise": [report_figures.against_property(study, NOISE, "emission_scale")],
        "Score against the number of states": [
            report_figures.against_property(study, LENGTH, "num_states")
        ],
        "Probability of improvement": [
            block
            for name in ours
            for block in (
                report_figures.improvement(study, name),
                tables.improvement(study, name),
            )
        ],
        "Failed trials": [tables.failures(study)],
    }
    return [Section(title, _kept(*blocks)) for title, blocks in found.items() if _kept(*blocks)]


def _given(study: Study) -> list[str]:
    lines = []
    for name in study.contenders:
        trials = [result for result in study.results if result.contender == name]
        given = "; or ".join(dict.fromkeys(trial.given for trial in trials))
        kinds: dict[str, dict] = {}
        for trial in trials:
            kinds.setdefault(_settings(trial.hyperparameters), {})[trial.scenario] = None
        kinds.pop("", None)
        settings = "; ".join(
            f"{text} (in {', '.join(scenarios)})" if len(kinds) > 1 else text
            for text, scenarios in list(kinds.items())[:6]
        )
        more = f"; and {len(kinds) - 6} others, see results.csv" if len(kinds) > 6 else ""
        lines.append(f"{name}: {given}." + (f" Settings: {settings}{more}." if settings else ""))
    return lines


def _settings(hyperparameters: dict) -> str:
    return ", ".join(f"{key}={value}" for key, value in hyperparameters.items())


def _provenance(study: Study, commands: Sequence[str]) -> list:
    blocks: list = [Text("Made by:" if commands else "The command is not recorded.")]
    blocks += [Code("\n".join(commands))] if commands else []
    items = []
    for commit in dict.fromkeys(result.commit for result in study.results):
        trials = [result for result in study.results if result.commit == commit]
        listed = dict.fromkeys(", ".join(f"{k} {v}" for k, v in t.versions.items()) for t in trials)
        items += [f"Commit {commit} ({len(trials):,} results): {text}." for text in listed]
    seeds = sorted({r.seed for r in study.results if r.contender in study.learners})
    if seeds:
        items.append(f"Training seeds: {', '.join(map(str, seeds))}.")
    items.append(
        f"Evaluation: {_episodes(study)} episodes, environment seeds from "
        f"{FIRST_EVALUATION_SEED:,} up, the same for every contender, deterministic actions."
    )
    items.append(
        "Results: results.csv beside this report, one line per trial and budget. `aifgym report` "
        "with its folder makes this report from it again.".replace("`", "")
    )
    return [*blocks, Bullets(items)]


def _episodes(study: Study) -> str:
    counts = np.unique([len(r.episode_returns) for r in study.results if not r.error])
    return " or ".join(map(str, counts)) or "no"
