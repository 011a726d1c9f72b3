"""The table and `report.md`, from the results file and nothing else."""

from collections.abc import Sequence
from pathlib import Path

from ..agents.files import write_text
from .plots import save_scores_figure
from .results import TrialResult, read_results
from .scenarios import EVALUATION_EPISODES, FIRST_EVALUATION_SEED, SCENARIOS
from .statistics import Summary, summarise

HEADER = ("contender", "mean return [95 %]", "score per seed", "steps without reward",
          "steps with reward", "training", "predict")  # fmt: skip


def write_report(folder: Path, command: str) -> str:
    """Writes `report.md`, `scores.png` and `scores.svg` beside the results file.

    Args:
        folder: run folder.
        command: the command that made the results, for the reader.

    Returns:
        The text of the report.
    """
    results = read_results(folder)
    summaries = summarise(results)
    save_scores_figure(summaries, folder / "scores.png")
    parts = ["# Benchmark of ContinuousLineWorld-v0", *_scenario_parts(summaries)]
    parts += [_how_to_read(), "![Normalised scores](scores.png)", *_what_was_given(results)]
    parts += ["## Made with", *_provenance(results, command)]
    text = "\n\n".join(parts) + "\n"
    write_text(folder / "report.md", text)
    return text


def table(summaries: Sequence[Summary]) -> str:
    """Markdown table of one scenario, columns padded so that it also reads as plain text."""
    rows = [HEADER, *(_row(summary) for summary in summaries)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths)) + " |" for row in rows]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])


def _scenario_parts(summaries: Sequence[Summary]) -> list[str]:
    reasons = {scenario.name: scenario.reason for scenario in SCENARIOS}
    parts = []
    for name in dict.fromkeys(summary.scenario for summary in summaries):
        parts.append(f"## {name}\n\n{reasons.get(name, '')}")
        parts.append(table([summary for summary in summaries if summary.scenario == name]))
    return parts


def _row(summary: Summary) -> tuple[str, ...]:
    low, high = summary.interval
    trials = summary.results
    mark = "" if summary.interval_over == "seeds" else " \\*"
    scores = summary.scores
    return (
        summary.contender,
        f"{summary.mean_return:.2f} [{low:.2f}, {high:.2f}]{mark}",
        "-" if scores is None else " ".join(f"{score:.3f}" for score in scores),
        f"{max(trial.reward_free_steps for trial in trials):,}",
        f"{max(trial.rewarded_steps for trial in trials):,}",
        f"{_mean(trials, 'train_seconds'):.1f} s",
        f"{_mean(trials, 'predict_microseconds'):.0f} us",
    )


def _mean(trials: Sequence[TrialResult], name: str) -> float:
    return sum(getattr(trial, name) for trial in trials) / len(trials)


def _how_to_read() -> str:
    return (
        f"Mean return: sum of rewards of an episode, mean over {EVALUATION_EPISODES} evaluation "
        f"episodes (environment seeds {FIRST_EVALUATION_SEED} and up, the same for everybody, "
        "deterministic actions) and over training seeds. Interval: 95 % percentile bootstrap "
        "over training seeds; \\* over evaluation episodes, where nothing is trained. Score: "
        "random is 0, exact Bayes is 1. Training: seconds per seed, compilation and data "
        "collection included. Predict: microseconds for one observation."
    )


def _what_was_given(results: Sequence[TrialResult]) -> list[str]:
    given = {result.contender: result for result in results}
    lines = []
    for name, result in given.items():
        settings = ", ".join(f"{key}={value}" for key, value in result.hyperparameters.items())
        lines.append(f"- **{name}**: {result.given}" + (f" ({settings})" if settings else ""))
    return ["## What each contender was given", "\n".join(lines)]


def _provenance(results: Sequence[TrialResult], command: str) -> list[str]:
    parts = [f"Command: `{command}`"]
    for commit, versions in {r.commit: r.versions for r in results}.items():
        listed = ", ".join(f"{name} {version}" for name, version in versions.items())
        parts.append(f"Commit {commit}: {listed.replace('machine ', 'on ')}")
    seeds = sorted({result.seed for result in results})
    return [*parts, f"Training seeds: {', '.join(map(str, seeds))}. Per-trial data: `results.csv`"]
