"""Figures of what an agent of any model believed and weighed, from a record of its episodes."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...agents.record import Record
from ...envs import colours
from . import style

# More policies than this are shown by their first actions.
MOST_POLICIES = 30
# More rows than this are not labelled one by one.
MOST_LABELS = 12
PER_STEP, NARROWEST, WIDEST = 0.22, 5.2, 11.0
"""Inches."""


def record_figure(record: Record, factors: Sequence[str] = ()) -> Figure:
    """Beliefs of each factor, free energy and policy posterior over time, one below the other.

    Args:
        record: of one or more episodes, one after the other.
        factors: names of the factors; default their numbers.
    """
    probs, names = policy_rows(record)
    beliefs = [belief.T for belief in record.beliefs]
    heights = [*(_height(len(rows)) for rows in beliefs), 1.1, _height(len(probs.T))]
    width = min(max(PER_STEP * len(record.steps) + 2.2, NARROWEST), WIDEST)
    figure = style.new_figure(width, sum(heights) + 0.5 * len(heights) + 0.3)
    panels = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    for place, (axes, rows) in enumerate(zip(panels, beliefs)):
        name = factors[place] if factors else f"factor {place}"
        _draw_rows(axes, rows, range(len(rows)))
        axes.set_title(f"Belief $q(s_t)$ about {name}", loc="left", fontsize=10)
        axes.set_ylabel("state")
    _draw_free_energy(panels[-2], record)
    image = _draw_rows(panels[-1], probs.T, names)
    what = "policy" if len(names) == record.policies.shape[0] else "next action"
    panels[-1].set_title(
        f"Posterior over {what}, the action taken as a dot", loc="left", fontsize=10
    )
    panels[-1].set(ylabel=what, xlabel="step")
    panels[-1].plot(np.arange(len(probs)), _taken(record), "o", ms=3.5, color="white", mec="black")
    for axes in panels:
        _mark_episodes(axes, record.episodes)
    figure.colorbar(image, ax=[*panels[:-2], panels[-1]], label="probability", pad=0.015, aspect=40)
    return figure


def policy_rows(record: Record, most: int = MOST_POLICIES) -> tuple[np.ndarray, list[str]]:
    """`(T, rows)` probabilities, of at most so many policies, else by their first actions."""
    shown = record.policies[:, :, _controlled(record)]
    if len(shown) <= most:
        return record.policy_probs, [_words(policy) for policy in shown]
    actions, of_policy = np.unique(shown[:, 0], axis=0, return_inverse=True)
    by_action = np.zeros((len(record.steps), len(actions)))
    np.add.at(by_action.T, of_policy.reshape(-1), record.policy_probs.T)
    return by_action, [_words(action[None]) for action in actions]


def action_numbers(record: Record) -> np.ndarray:
    """`(T,)`, of each step the number of its action among those that policies begin with."""
    first = np.unique(record.policies[:, 0][:, _controlled(record)], axis=0)
    taken = np.asarray(record.actions).reshape(len(record.steps), -1)
    return (first[None] == taken[:, None]).all(axis=2).argmax(axis=1)


def _controlled(record: Record) -> np.ndarray:
    """Numbers of the factors that actions move; the first one where there is none."""
    moves = np.ptp(record.policies[:, 0], axis=0) > 0
    return np.flatnonzero(moves) if moves.any() else np.zeros(1, int)


def _taken(record: Record) -> np.ndarray:
    """The row of each action: of its most probable policy, or its own."""
    actions = action_numbers(record)
    if len(record.policies) > MOST_POLICIES:
        return actions
    _, of_policy = np.unique(record.policies[:, 0], axis=0, return_inverse=True)
    begins = of_policy.reshape(-1)[None] == actions[:, None]
    return np.where(begins, record.policy_probs, -1).argmax(axis=1)


def _words(policy: np.ndarray) -> str:
    """`0 4 2`, or `(0, 1) (2, 0)` where there are several factors that are controlled."""
    if policy.shape[1] == 1:
        return " ".join(str(action) for action in policy[:, 0])
    return " ".join(f"({', '.join(map(str, action))})" for action in policy)


def _height(num_rows: int) -> float:
    return float(np.clip(0.17 * num_rows, 0.55, 2.6))


def _draw_rows(axes: Axes, rows: np.ndarray, names: Sequence):
    image = axes.imshow(
        rows, vmin=0, vmax=1, cmap=style.PROBABILITY_MAP, aspect="auto", interpolation="nearest"
    )
    every = -(-len(rows) // MOST_LABELS)
    shown = range(0, len(rows), every)
    axes.set_yticks(shown, [str(names[row]) for row in shown], fontsize=8)
    return image


def _draw_free_energy(axes: Axes, record: Record) -> None:
    at = np.arange(len(record.vfe))
    axes.plot(at, record.vfe, "o-", ms=3, lw=1.2, color=style.rgb(colours.BLUE))
    axes.set_title("Variational free energy; rewards as triangles", loc="left", fontsize=10)
    axes.set_ylabel("nats")
    for sign, marker, colour in ((1, "^", colours.GREEN), (-1, "v", colours.VERMILION)):
        where = at[np.sign(record.rewards) == sign]
        axes.plot(where, record.vfe[where], marker, ms=8, color=style.rgb(colour), ls="none")
    axes.margins(y=0.2)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _mark_episodes(axes: Axes, episodes: np.ndarray) -> None:
    for place in np.flatnonzero(np.diff(episodes)):
        axes.axvline(place + 0.5, color="white", lw=2.4)
        axes.axvline(place + 0.5, color="0.3", lw=0.8, ls="--")
