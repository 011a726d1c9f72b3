"""The report's figures, each with its title, its alternative text and how to read it.

They are as wide as a phone's screen, so that their text is legible there, too.
"""

import io
from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..analysis.comparisons import improvements
from ..analysis.summaries import Study, Summary
from ..pictures import style
from ..scenarios.registry import load_scenario
from . import plots
from .document import Picture, shown

WIDTH = 5.2
"""Inches."""


def scores(study: Study, scenario: str) -> Picture | None:
    """Scores of a scenario at the largest budget; None where there are none."""
    summaries = [s for s in study.final(scenario) if s.score is not None]
    if not summaries:
        return None
    figure = style.new_figure(WIDTH, 1.0 + 0.31 * len(summaries))
    near = plots.close_up(summaries)
    panels = figure.subplots(1, 2 if near else 1, sharey=True, squeeze=False)[0]
    for axes in panels:
        plots.draw_scores(axes, summaries)
    if near:
        panels[1].set(xlim=near, title="close-up")
        panels[1].xaxis.set_major_locator(MaxNLocator(4, prune="lower"))
    panels[0].set_title(scenario)
    figure.supxlabel(plots.score_label(study, scenario), fontsize=10)
    values = "; ".join(f"{s.contender} {shown(s.score, 2)}" for s in summaries)
    title = f"{scenario}: score at the largest budget"
    return _picture(
        figure,
        f"scores-{scenario}",
        title,
        f"{title}: {values}",
        plots.how_to_read(study, scenario, plots.SCORES_HOW),
    )


def against_steps(study: Study, scenario: str) -> Picture | None:
    """Learning curves over environment steps."""
    how, label = plots.CURVES_HOW, "environment steps, with and without reward"
    if study.changes(scenario):
        label = "environment steps after the change"
        how += " 0 is right after the change; training before it is not counted."
    return _curves(study, scenario, "steps", lambda s: s.steps, label, how)


def against_seconds(study: Study, scenario: str) -> Picture | None:
    """Learning curves over processor seconds."""
    how = plots.CURVES_HOW + plots.SECONDS_HOW
    if study.changes(scenario):
        how += " Training before the change is counted."
    x: Callable[[Summary], float] = lambda s: s.median("train_cpu_seconds")  # noqa: E731
    return _curves(study, scenario, "seconds", x, "CPU seconds of training", how)


def against_property(study: Study, names: tuple[str, ...], argument: str) -> Picture | None:
    """Score at the largest budget against a property of the world, over some scenarios."""
    label = {"emission_scale": "emission_scale (standard deviation of an observation)",
             "num_states": "num_states K"}[argument]  # fmt: skip
    places = {n: _property(n, argument) for n in names if n in study.scenarios}
    if len(places) < 2:
        return None
    figure = style.new_figure(WIDTH, 3.9)
    axes, told = figure.subplots(), []
    for contender in study.contenders:
        seen = [(x, study.at(name, contender)) for name, x in places.items()]
        seen = [(x, s.score) for x, s in seen if s is not None and s.score is not None]
        if seen:
            plots.draw_line(axes, contender, *zip(*seen))
            told.append(f"{contender} " + ", ".join(f"{e.value:.2f} at {x:g}" for x, e in seen))
    if not told:
        return None
    axes.set(xlabel=label, ylabel="normalised score", xticks=list(places.values()))
    axes.set_ylim(bottom=max(axes.get_ylim()[0], plots.LOWEST_SHOWN))
    _legend(figure, axes)
    title = f"Score against {argument}"
    how = (
        f"Scenarios from left to right: {', '.join(f'{n} ({x:g})' for n, x in places.items())}. "
        "Interquartile mean over seeds with its 95 % interval, each contender at its largest "
        "budget. The score is normalised in each scenario: exact Bayes is 1 however hard it is."
    )
    return _picture(figure, f"against-{argument}", title, f"{title}: {'; '.join(told)}", how)


def improvement(study: Study, ours: str) -> Picture | None:
    """Probability of improvement of one of ours over each other contender."""
    estimates = {name: pair.estimate for name, pair in improvements(study, ours).items()}
    if not estimates:
        return None
    figure = style.new_figure(WIDTH, 1.0 + 0.31 * len(estimates))
    axes = figure.subplots()
    plots.draw_probabilities(axes, estimates)
    axes.set_title(f"{ours} over ...")
    title = f"Probability of improvement: {ours} over each other contender"
    values = "; ".join(f"over {name} {shown(e, 2)}" for name, e in estimates.items())
    how = (
        f"How often a training seed of {ours} has a higher mean return than one of the contender "
        "on the left, ties counted half, averaged over the scenarios in which both ran (one world "
        "under two names counts once); the bar is the 95 % bootstrap interval (none where both "
        "have one seed). Right of 0.5 speaks for it. It says how often, not by how much: compare "
        "the scores."
    )
    return _picture(figure, f"improvement-{ours}", title, f"{title}: {values}", how)


def overview(study: Study) -> Figure | None:
    """All scenarios side by side, for a page that is wide enough."""
    shown_in = [n for n in study.scenarios if any(s.score is not None for s in study.final(n))]
    if not shown_in:
        return None
    columns = min(len(shown_in), 3)
    rows = -(-len(shown_in) // columns)
    most = max(len(study.final(name)) for name in shown_in)
    figure = style.new_figure(4.8 * columns, rows * (0.9 + 0.27 * most))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, name in zip(panels, shown_in):
        plots.draw_scores(axes, [s for s in study.final(name) if s.score is not None])
        axes.set(title=name, xlabel=plots.score_label(study, name))
    for axes in panels[len(shown_in) :]:
        axes.set_visible(False)
    return figure


def _curves(study: Study, scenario: str, kind: str, x, label: str, how: str) -> Picture | None:
    drawn = [n for n in study.learners if any(s.score for s in study.curve(scenario, n))]
    if not drawn:
        return None
    near = plots.close_up([s for s in study.final(scenario) if s.contender in drawn])
    figure = style.new_figure(WIDTH, 5.6 if near else 4.3)
    panels = figure.subplots(2 if near else 1, 1, sharex=True, squeeze=False)[:, 0]
    for axes in panels:
        plots.draw_curves(axes, study, scenario, x, label, ticks_at_budgets=kind == "steps")
    if near:
        panels[0].set_xlabel("")
        panels[1].set_ylim(near)
        panels[1].set_title("close-up", fontsize=10)
    panels[0].set_title(scenario)
    _legend(figure, panels[0])
    title = f"{scenario}: score against {label}"
    told = []
    for name in drawn:
        curve = [(x(s), s.score) for s in study.curve(scenario, name) if s.score is not None]
        told.append(f"{name} " + ", ".join(f"{s.value:.2f} at {at:,.6g}" for at, s in curve))
    told = f"{title}: {'; '.join(told)}"
    return _picture(
        figure, f"{kind}-{scenario}", title, told, plots.how_to_read(study, scenario, how)
    )


def _property(scenario: str, argument: str) -> float:
    world = load_scenario(scenario).make_env().get_wrapper_attr("world")
    return float(getattr(world, argument))


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    labels = [plots.plain(label) for label in labels]
    figure.legend(handles, labels, loc="outside lower center", ncols=3, columnspacing=1.2,
                  handlelength=1.8)  # fmt: skip


def _picture(figure: Figure, name: str, title: str, alt: str, how: str) -> Picture:
    # Paths in place of text: every screen shows the same widths, whatever fonts it has.
    with style.applied(), style.mpl.rc_context({"svg.fonttype": "path"}):
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    safe = "".join(c if c.isalnum() or c in "-_" else "-" for c in name)
    return Picture(safe, title, alt, how, text.getvalue())
