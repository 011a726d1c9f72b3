"""Figures from summaries."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from ..agents.files import replacing
from .statistics import Summary

# Okabe and Ito's palette: told apart by the colour-blind and in grey print.
COLOURS = {
    "aifgym": "#0072B2",
    "PPO": "#D55E00",
    "random": "#999999",
    "always forward": "#CC79A7",
    "exact Bayes": "#009E73",
}
OTHER_COLOUR = "#333333"


def save_scores_figure(summaries: Sequence[Summary], path: Path) -> None:
    """One panel per scenario: a dot per training seed, a bar to the mean, as PNG.

    Args:
        summaries: those without a normalised score are left out.
        path: written all or nothing.
    """
    shown = [summary for summary in summaries if summary.scores is not None]
    names = list(dict.fromkeys(summary.scenario for summary in shown)) or ["no scores"]
    figure = Figure(figsize=(5.2 * len(names), 3.4), layout="constrained")
    axes = figure.subplots(1, len(names), squeeze=False)
    for axis, name in zip(axes[0], names):
        _draw_panel(axis, name, [summary for summary in shown if summary.scenario == name])
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=150, format="png")


def _draw_panel(axis, name: str, summaries: Sequence[Summary]) -> None:
    for place, summary in enumerate(summaries):
        colour = COLOURS.get(summary.contender, OTHER_COLOUR)
        mean = sum(summary.scores) / len(summary.scores)
        axis.barh(place, mean, color=colour, alpha=0.3, height=0.6)
        axis.plot(summary.scores, [place] * len(summary.scores), "o", color=colour, markersize=6)
    axis.axvline(1.0, color="black", linewidth=0.8, linestyle=":")
    axis.set_yticks(range(len(summaries)), [summary.contender for summary in summaries])
    axis.invert_yaxis()
    axis.use_sticky_edges = False  # a dot at 0 keeps its left half
    axis.margins(x=0.06)
    axis.set_title(name)
    axis.set_xlabel("normalised score (random 0, exact Bayes 1)")
    axis.spines[["top", "right"]].set_visible(False)
