"""The states of a learned memory as a map: those that follow each other are near each other."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy.sparse.csgraph import shortest_path
from scipy.spatial.distance import pdist, squareform

from ...agents import ActiveInferenceEncoderAgent
from .style import new_figure, state_colours

# Moves less likely than this, by the action that makes them likeliest, are not drawn; states in
# which random actions spend less than this share of the time in the most frequent are left out.
LEAST_MOVE, LEAST_TIME = 0.3, 0.05
# Of symbols beyond the number of colours.
MARKERS, COLOURS = "os^Dv", 6
STEPS_OF_TIME, STEPS_OF_LAYOUT = 200, 300


def state_graph_figure(
    agent: ActiveInferenceEncoderAgent, belief: np.ndarray | None = None
) -> Figure:
    """States as points, coloured by what is observed in them, moves as lines.

    Args:
        agent: with a learned memory, see `learn(..., memory=...)`.
        belief: `(K,)`, how large each point is; None: all the same.
    """
    symbols, moves, kept = remembered_states(agent)
    places = layout(moves)
    figure = new_figure(6, 5.4)
    ax = figure.subplots()
    for before, after in np.argwhere(moves >= LEAST_MOVE):
        line = places[[before, after]].T
        ax.plot(*line, color="0.6", lw=1.2 * moves[before, after], zorder=1)
    shown = np.unique(symbols)
    colours = state_colours(COLOURS)
    sizes = np.full(len(kept), 110.0) if belief is None else 20 + 600 * np.asarray(belief)[kept]
    for place, symbol in enumerate(shown):
        own = symbols == symbol
        look: dict[str, Any] = {"color": [colours[place % COLOURS]]}
        look["marker"] = MARKERS[place // COLOURS % len(MARKERS)]
        label = f"observation {symbol}"
        ax.scatter(*places[own].T, s=sizes[own], label=label, zorder=2, **look)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    ax.set_title("States by what is observed in them")
    ax.set_axis_off()
    ax.set_aspect("equal")
    return figure


def remembered_states(
    agent: ActiveInferenceEncoderAgent,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Observations `(S,)`, likeliest moves between states `(S, S)`, and the states' numbers `(S,)`.

    States are those in which an episode goes on, and which are ever reached by random actions.
    """
    model: Any = agent.model
    (B,), (D,) = model.B, model.D
    outcomes = model.A[0].argmax(axis=0)
    goes_on = outcomes < len(model.A[0]) - 1
    table = np.asarray(agent.encoder.arrays()["0/table"])
    values = table.argmax(axis=0)[outcomes]
    time, now = np.zeros(len(D)), np.asarray(D, float)
    for _ in range(STEPS_OF_TIME):
        time += now
        now = B.mean(axis=2) @ now
    time *= goes_on
    kept = np.flatnonzero(time > LEAST_TIME * time.max())
    inner = B[np.ix_(kept, kept)].max(axis=2).T
    return values[kept], inner, kept


def layout(moves: np.ndarray) -> np.ndarray:
    """`(S, 2)`, places whose distances are those along the moves, as far as a plane allows.

    Classical scaling, then stress majorisation (Gansner et al. 2004) with weights 1 / d^2.
    """
    linked = np.maximum(moves, moves.T) >= LEAST_MOVE
    steps = shortest_path(linked.astype(float), unweighted=True, directed=False)
    farthest = steps[np.isfinite(steps)].max(initial=1.0)
    steps = np.where(np.isfinite(steps), steps, farthest + 1)
    centred = steps**2 - (steps**2).mean(axis=0)
    values, vectors = np.linalg.eigh(-(centred - centred.mean(axis=1, keepdims=True)) / 2)
    places = vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 1e-9))
    weights = 1 / np.where(steps > 0, steps, 1) ** 2
    np.fill_diagonal(weights, 0)
    inverse = np.linalg.pinv(np.diag(weights.sum(axis=1)) - weights)
    for _ in range(STEPS_OF_LAYOUT):
        distances = np.maximum(squareform(pdist(places)), 1e-9)
        pull = -weights * steps / distances
        np.fill_diagonal(pull, 0)
        np.fill_diagonal(pull, -pull.sum(axis=1))
        places = inverse @ (pull @ places)
    return places
