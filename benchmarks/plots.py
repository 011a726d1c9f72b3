"""Figures from summaries."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from . import style
from .statistics import Summary


def save_scores_figure(summaries: Sequence[Summary], path: Path) -> None:
    """One panel per scenario: a dot per training seed, a bar to the mean.

    Args:
        summaries: those without a normalised score are left out.
        path: of the PNG; an SVG goes beside it. Written all or nothing.
    """
    shown = [summary for summary in summaries if summary.scores is not None]
    names = list(dict.fromkeys(summary.scenario for summary in shown)) or ["no scores"]
    with style.applied():
        figure = style.new_figure(5.2 * len(names), 3.4)
        axes = figure.subplots(1, len(names), squeeze=False)
        for axis, name in zip(axes[0], names):
            _draw_panel(axis, name, [summary for summary in shown if summary.scenario == name])
        style.save(figure, path.parent, path.stem)


def _draw_panel(axis, name: str, summaries: Sequence[Summary]) -> None:
    for place, summary in enumerate(summaries):
        colour = style.contender_colour(summary.contender)
        mean = sum(summary.scores) / len(summary.scores)
        axis.barh(place, mean, color=colour, alpha=0.3, height=0.6)
        # Spread over the bar: equal scores stay separate dots.
        spread = np.linspace(-0.2, 0.2, len(summary.scores)) if len(summary.scores) > 1 else [0]
        axis.plot(summary.scores, place + np.array(spread), "o", color=colour, markersize=5,
                  markeredgecolor="white", markeredgewidth=0.6)  # fmt: skip
    axis.axvline(1.0, color="black", linewidth=0.8, linestyle=":")
    axis.set_yticks(range(len(summaries)), [summary.contender for summary in summaries])
    axis.invert_yaxis()
    axis.use_sticky_edges = False  # a dot at 0 keeps its left half
    axis.margins(x=0.06)
    axis.set_title(name)
    axis.set_xlabel("normalised score (random 0, exact Bayes 1)")
