"""The tutorial's figures: training curves, confusion matrices, decision regions."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ...agents import ActiveInferenceEncoderAgent
from ...envs import LineWorld, colours
from . import observation_plane as plane
from . import style
from .episode import Names

TRAIN, HELD_OUT = style.rgb(colours.BLUE), style.rgb(colours.VERMILION)
# Columns of a history, with titles; those that the objective does not have are left out.
TERMS = (
    ("total", "Total objective (nats)"),
    ("vfe", "Variational free energy (nats)"),
    ("temporal_kl", "Temporal KL divergence (nats)"),
    ("loss", "Negative log evidence (nats per observation)"),
)


def training_curves(rows: Sequence[dict], best_restart: int = 0) -> Figure:
    """Train and held-out curves of each term; the best restart thick, the others pale.

    Args:
        rows: of a `History`: `restart`, `phase`, `step`, and the terms' columns.
        best_restart: the one that became the agent.
    """
    terms = [(term, title) for term, title in TERMS if f"train_{term}" in rows[0]]
    shows_use = "effective_states" in rows[0]
    figure = style.new_figure(4.0 * max(len(terms) + shows_use, 1.4), 3.7)
    panels = figure.subplots(1, len(terms) + shows_use, squeeze=False)[0]
    for axes, (term, title) in zip(panels, terms):
        curves = ((f"train_{term}", TRAIN, "-"), (f"held_out_{term}", HELD_OUT, "--"))
        _draw_curves(axes, rows, curves, best_restart)
        axes.set_title(title)
    if shows_use:
        _draw_curves(panels[-1], rows, (("effective_states", HELD_OUT, "--"),), best_restart)
        panels[-1].set(title="Effective number of states", ylim=(0, None))
    lines = [Line2D([], [], color=TRAIN, lw=2.2), Line2D([], [], color=HELD_OUT, ls="--", lw=2.2)]
    labels = ["train", "held out"]
    if any(row["restart"] != best_restart for row in rows):
        lines.append(Line2D([], [], color="0.6", lw=0.8))
        labels.append("other restarts")
    if len({row["phase"] for row in rows}) > 1:
        lines.append(Line2D([], [], color="0.3", ls=":"))
        labels.append("fine-tuning starts")
    figure.legend(lines, labels, loc="outside lower center", ncols=len(labels))
    return figure


def _draw_curves(axes, rows: Sequence[dict], curves, best_restart: int) -> None:
    phases, first = list(dict.fromkeys(row["phase"] for row in rows)), 0
    for phase in phases:
        of_phase = [row for row in rows if row["phase"] == phase]
        for restart in sorted({row["restart"] for row in of_phase}):
            mine = [row for row in of_phase if row["restart"] == restart]
            best = restart == best_restart
            look = {"lw": 2.2, "zorder": 3} if best else {"lw": 0.8, "alpha": 0.35}
            steps = [first + row["step"] for row in mine]
            for column, colour, line in curves:
                mark = "o" if len(steps) == 1 else None
                values = [row[column] for row in mine]
                axes.plot(steps, values, line, color=colour, marker=mark, ms=4, **look)
        if phase != phases[-1]:
            first += max(row["step"] for row in of_phase)
            axes.axvline(first, color="0.3", ls=":", lw=1)
    axes.set_xlabel("gradient step")


def confusion_matrices(confusions: dict[str, np.ndarray]) -> Figure:
    """`p(inferred | true)` side by side; numbers in the cells up to 10 states.

    Args:
        confusions: `(K, K)`, rows are true states, by title.
    """
    figure = style.new_figure(4.3 * len(confusions) + 0.8, 4.3)
    panels = figure.subplots(1, len(confusions), squeeze=False)[0]
    for axes, (title, matrix) in zip(panels, confusions.items()):
        axes.imshow(matrix, vmin=0, vmax=1, cmap=style.PROBABILITY_MAP)
        size = len(matrix)
        ticks = range(0, size, 1 if size <= plane.MOST_LABELS else 5)
        font = 9 if size <= 12 else 7
        axes.set_xticks(ticks, ticks, fontsize=font)
        axes.set_yticks(ticks, ticks, fontsize=font)
        axes.set(title=title, xlabel="inferred state (aligned)", ylabel="true state")
        for (row, column), value in np.ndenumerate(matrix if size <= 10 else np.zeros((0, 0))):
            ink = "black" if value > 0.5 else "white"
            axes.text(column, row, f"{value:.2f}", ha="center", va="center", color=ink)
    figure.colorbar(
        panels[-1].images[0], ax=panels, label="p(inferred | true)", fraction=0.04, pad=0.02
    )
    return figure


def decision_regions(
    agents: dict[str, tuple[ActiveInferenceEncoderAgent, Names]], world: LineWorld
) -> Figure:
    """The encoder's most probable outcome over the plane, with emission ellipses.

    Args:
        agents: agent and the states that its indices stand for, by title.
        world: whose emissions to draw.
    """
    figure = style.new_figure(5.2 * len(agents), 5.6)
    limits = plane.extent(world)
    for axes, (title, (agent, names)) in zip(figure.subplots(1, len(agents), squeeze=False)[0],
                                             agents.items()):  # fmt: skip
        grid = plane.decision_grid(agent, limits)
        plane.draw_regions(axes, grid, names, world, limits)
        plane.draw_ellipses(axes, world)
        plane.draw_states(axes, world, limits)
        axes.set_title(title)
    lines = [Line2D([], [], color="0.3", ls=line) for line in ("-", "--")]
    labels = ["emission, 1 standard deviation", "2 standard deviations"]
    figure.legend(lines, labels, loc="outside lower center", ncols=2)
    return figure
