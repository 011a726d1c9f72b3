"""Panels of the report's figures, drawn on axes that the caller made."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from ..analysis.statistics import Estimate
from ..analysis.summaries import Study, Summary
from ..pictures import style
from ..running.plans import CEILING, HIGH_REFERENCE, LOW_REFERENCE

BEST = "the best mean"
SCORES_HOW = (
    "A pale dot is one training seed (their number stands in brackets), the diamond the "
    "interquartile mean over seeds, the bar its 95 % bootstrap interval; where there is one seed, "
    "the mean and its interval over evaluation episodes. A cross is a failed trial, which counts "
    "as random. Dotted lines: random actions (0) and the exact Bayes filter (1). Full information "
    "sees the hidden state. An arrow at the left edge stands for a lower score. A second panel, "
    "where there is one, is a close-up of the scores near exact Bayes."
)
CURVES_HOW = (
    "A marker is the interquartile mean over seeds after one training budget, the line at it its "
    "95 % interval. Further left is cheaper, higher is better. Lines across: random actions, exact "
    "Bayes (dotted) and full information (dashed). A second panel, where there is one, is a "
    "close-up of the scores near exact Bayes."
)
SECONDS_HOW = (
    " Seconds are processor seconds of training, all threads together, median over seeds: they "
    "depend less than the time on the wall on how many trials ran side by side. What one training "
    "has compiled the next ones of the same process need not compile again."
)
LOWEST_SHOWN = -0.35
"""Scores below are drawn at the edge, with an arrow."""
NEAR = 0.9
"""Scores from here on are near exact Bayes."""


def draw_scores(axes: Axes, summaries: Sequence[Summary]) -> None:
    """A row per contender: a dot per seed, the interquartile mean and its interval.

    Args:
        axes: to draw on.
        summaries: of one scenario, each with a score.
    """
    for row, summary in enumerate(summaries):
        colour, _ = style.contender_look(summary.contender)
        scores = np.array(summary.scores)
        # Spread over the row: equal scores stay separate dots.
        spread = np.linspace(-0.26, 0.26, len(scores)) if len(scores) > 1 else np.zeros(1)
        at = np.maximum(scores, LOWEST_SHOWN)
        axes.plot(at, row + spread, "o", color=colour, ms=4, alpha=0.55, mec="none")
        failed = np.array([bool(result.error) for result in summary.results])
        axes.plot(at[failed], (row + spread)[failed], "x", color="black", ms=6)
        if summary.score is not None:
            _draw_estimate(axes, row, summary.score, colour, LOWEST_SHOWN)
    _label_rows(axes, [row_label(summary) for summary in summaries])
    for value in (0, 1):
        axes.axvline(value, color="0.45", lw=0.8, ls=":", zorder=0)


def how_to_read(study: Study, scenario: str, how: str) -> str:
    """How to read a figure in which the best contender stands for the exact reference."""
    if scenario not in study.without_exact:
        return how
    return how.replace("the exact Bayes filter", BEST).replace(HIGH_REFERENCE, BEST)


def score_label(study: Study, scenario: str) -> str:
    """Of an axis with scores."""
    return f"normalised score (random 0, {_one(study, scenario)} 1)"


def _one(study: Study, scenario: str) -> str:
    """Whose score is 1."""
    return BEST if scenario in study.without_exact else HIGH_REFERENCE


def draw_probabilities(axes: Axes, estimates: dict[str, Estimate]) -> None:
    """A row per label: probability of improvement with its interval."""
    for row, (name, estimate) in enumerate(estimates.items()):
        _draw_estimate(axes, row, estimate, style.contender_look(name)[0], 0.0)
    _label_rows(axes, list(estimates))
    axes.axvline(0.5, color="0.45", lw=0.8, ls=":", zorder=0)
    axes.set(xlim=(-0.03, 1.03), xlabel="probability of improvement")


def draw_curves(
    axes: Axes,
    study: Study,
    scenario: str,
    x: Callable[[Summary], float],
    xlabel: str,
    ticks_at_budgets: bool,
) -> None:
    """Score of each learner against `x`, with intervals; references as lines across.

    Args:
        axes: to draw on.
        study: holds the results.
        scenario: which to draw.
        x: of a summary; 0 only where the world changes.
        xlabel: what `x` is, with its unit.
        ticks_at_budgets: `x` counts steps.
    """
    shown = [s for name in study.learners for s in study.curve(scenario, name) if s.score]
    shown = [s for s in shown if x(s) == x(s)]  # all trials of a nan have failed
    for name in study.learners:
        curve = [s for s in shown if s.contender == name]
        if curve:
            draw_line(axes, name, [x(s) for s in curve], [s.score for s in curve if s.score])
    budgets = sorted({s.budget for s in shown}) if ticks_at_budgets else []
    _log_axis(axes, [x(s) for s in shown if x(s) > 0], budgets)
    for name in (LOW_REFERENCE, HIGH_REFERENCE, CEILING):
        reference = study.at(scenario, name)
        if reference is not None and reference.score is not None:
            axes.axhline(reference.score.value, color=style.contender_look(name)[0], lw=1,
                         ls="--" if name == CEILING else ":", label=name, zorder=0)  # fmt: skip
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, LOWEST_SHOWN), high)
    axes.set(xlabel=xlabel, ylabel="normalised score")


def draw_line(axes: Axes, name: str, xs: Sequence[float], estimates: Sequence[Estimate]) -> None:
    """Interquartile means, connected, and their intervals as a band and caps."""
    colour, marker = style.contender_look(name)
    values, lows, highs = np.array([(e.value, e.low, e.high) for e in estimates]).T
    axes.fill_between(xs, lows, highs, color=colour, alpha=0.15, lw=0)
    axes.vlines(xs, lows, highs, color=colour, lw=1.2)
    axes.plot(xs, values, color=colour, marker=marker, ms=5.5, mec="white", mew=0.5, lw=1.5,
              label=name)  # fmt: skip


def close_up(summaries: Sequence[Summary]) -> tuple[float, float] | None:
    """Limits of a panel around exact Bayes; None where fewer than two learners come near it."""
    scores = [s.score for s in summaries if s.score and s.steps]
    near = [score for score in scores if NEAR < score.value < 2 - NEAR]
    if len(near) < 2:
        return None
    return NEAR - 0.015, max(1.02, *(score.high for score in near)) + 0.01


def row_label(summary: Summary) -> str:
    """A contender's name, and how many seeds stand behind its dots."""
    failed = f", {summary.num_failed} failed" if summary.num_failed else ""
    return f"{plain(summary.contender)} ({len(summary.results)}{failed})"


def plain(name: str) -> str:
    """A name as matplotlib is to draw it: dollar signs are no mathematics, long ones are cut."""
    name = name if len(name) <= 28 else f"{name[:27]}…"
    return name.replace("$", r"\$")


def _draw_estimate(axes: Axes, row: int, estimate: Estimate, colour, lowest: float) -> None:
    low, value, high = (max(x, lowest) for x in (estimate.low, estimate.value, estimate.high))
    axes.plot([low, high], [row, row], color=colour, lw=5, alpha=0.45, solid_capstyle="butt")
    axes.plot(value, row, "<" if estimate.value < lowest else "D", color=colour, ms=6,
              mec="black", mew=0.7)  # fmt: skip


def _label_rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.use_sticky_edges = False  # a dot at 0 keeps its left half
    axes.margins(x=0.05)


def _log_axis(axes: Axes, places: Sequence[float], budgets: Sequence[int]) -> None:
    """Logarithmic, with a tick at each budget; where there are none, at 1, 2, 5, 10 and so on."""
    if not places:
        return  # nobody took a step, or a millisecond
    smallest, largest = min(places), max(places)
    if 0 in budgets:
        # 0 has no place on a logarithmic axis: it is linear up to the smallest budget.
        axes.set_xscale("symlog", linthresh=smallest, linscale=0.6)
        axes.set_xlim(-0.1 * smallest, None)
    else:
        axes.set_xscale("log")
    subs = (1,) if largest / smallest > 300 else (1, 2, 5)
    axes.xaxis.set_major_locator(FixedLocator(budgets) if budgets else LogLocator(subs=subs))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, place: f"{x:,.10g}"))
