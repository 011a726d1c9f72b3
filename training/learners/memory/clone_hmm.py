"""Clone-structured hidden Markov models: each state shows one symbol, several show the same.

George et al. 2021, "Clone-structured graph representations enable flexible learning and vicarious
evaluation of cognitive maps". A state is a pair of symbol and clone, so only the blocks of
transitions between the clones of symbols that were seen one after the other are ever used.
"""

from typing import NamedTuple

import numpy as np

from .episodes import Episodes

# Least probability of a step; what is impossible gives this.
TINY = 1e-300


class CloneModel(NamedTuple):
    """O symbols with c clones each, U actions, Y outcomes.

    Attributes:
        transitions: `(U, O, O, c, c)`, `[action, symbol, next symbol, clone, next clone]`; of an
            action and a clone of a symbol they sum to 1 over what follows.
        outcomes: `(U, O, c, Y)`, probabilities of what an action brings.
        first: `(O, c)`, `p(s_0)`.
    """

    transitions: np.ndarray
    outcomes: np.ndarray
    first: np.ndarray


class Expected(NamedTuple):
    """Expected counts, shaped as the parameters, and the log probability of each episode."""

    transitions: np.ndarray
    outcomes: np.ndarray
    first: np.ndarray
    log_probs: np.ndarray


class Filtered(NamedTuple):
    """What a pass forwards finds.

    Attributes:
        beliefs: `(N, T + 1, c)`, over the clones of each symbol given all up to it.
        weighted: `(N, T, c)`, beliefs times the probability of the step's outcome.
        chances: `(N, T)`, `p(y_t, o_{t+1} | before)`, 1 beyond the end.
        outcome_chances: `(N, T)`, `p(y_t | before)`.
        first_chance: `(N,)`, `p(o_0)`.
    """

    beliefs: np.ndarray
    weighted: np.ndarray
    chances: np.ndarray
    outcome_chances: np.ndarray
    first_chance: np.ndarray


def filtered(model: CloneModel, data: Episodes) -> Filtered:
    """Beliefs forwards in time."""
    return _forwards(model, data, *_gathered(model, data))


def _forwards(
    model: CloneModel, data: Episodes, blocks: np.ndarray, brings: np.ndarray
) -> Filtered:
    goes_on, steps = data.goes_on, data.steps
    joint = model.first[data.symbols[:, 0]]
    first_chance = np.maximum(joint.sum(axis=1), TINY)
    belief = joint / first_chance[:, None]
    beliefs = np.repeat(belief[:, None], steps.shape[1] + 1, axis=1)
    weighted = np.zeros_like(brings)
    chances, outcome_chances = np.ones(steps.shape), np.ones(steps.shape)
    for t, count in enumerate(steps.sum(axis=0).tolist()):  # the longest episodes come first
        ahead = beliefs[:count, t] * brings[:count, t]
        outcome_chances[:count, t] = np.maximum(ahead.sum(axis=1), TINY)
        moved = np.matmul(ahead[:, None], blocks[:count, t])[:, 0]
        joint = np.where(goes_on[:count, t, None], moved, ahead)
        chances[:count, t] = np.maximum(joint.sum(axis=1), TINY)
        beliefs[:count, t + 1] = joint / chances[:count, t, None]
        weighted[:count, t] = ahead
    return Filtered(beliefs, weighted, chances, outcome_chances, first_chance)


def expected_counts(model: CloneModel, data: Episodes) -> Expected:
    """What the model thinks happened, in counts (forwards, backwards)."""
    blocks, brings = _gathered(model, data)
    past = _forwards(model, data, blocks, brings)
    goes_on, steps = data.goes_on, data.steps
    future = np.ones_like(past.beliefs[:, 0])
    ahead, after = np.zeros_like(past.weighted), np.zeros_like(past.weighted)
    for t in range(steps.shape[1] - 1, -1, -1):
        count = int(steps[:, t].sum())
        scaled = future[:count] / past.chances[:count, t, None]
        moved = np.matmul(blocks[:count, t], scaled[:, :, None])[:, :, 0]
        end = 1 / past.chances[:count, t, None]
        after[:count, t] = scaled
        ahead[:count, t] = np.where(goes_on[:count, t, None], moved, end)
        future[:count] = ahead[:count, t] * brings[:count, t]
    first = past.beliefs[:, 0] * future
    first /= np.maximum(first.sum(axis=1, keepdims=True), TINY)
    return Expected(
        _move_counts(past.weighted, after, model, data),
        _outcome_counts(past.weighted * ahead, data),
        _first_counts(first, model, data),
        log_probs(past),
    )


def log_probs(found: Filtered) -> np.ndarray:
    """`(N,)`, log probability of each episode."""
    return np.log(found.first_chance) + np.log(found.chances).sum(axis=1)


def _gathered(model: CloneModel, data: Episodes) -> tuple[np.ndarray, np.ndarray]:
    """`(N, T, c, c)`, the block of each step, and `(N, T, c)`, how likely its outcome is."""
    before, after = data.symbols[:, :-1], data.symbols[:, 1:]
    return (
        model.transitions[data.actions, before, after],
        model.outcomes[data.actions, before, :, data.outcomes],
    )


def _move_counts(
    before: np.ndarray, after: np.ndarray, model: CloneModel, data: Episodes
) -> np.ndarray:
    """Expected moves, of what speaks for each clone before and after a step, `(N, T, c)` each."""
    places, starts, keys = data.moves
    num_clones = before.shape[-1]
    before, after = (part.reshape(-1, num_clones)[places] for part in (before, after))
    counts = np.zeros_like(model.transitions)
    blocks = counts.reshape(-1, num_clones, num_clones)
    if len(keys):
        summed = np.add.reduceat(before[:, :, None] * after[:, None], starts, axis=0)
        blocks[keys] = summed * model.transitions.reshape(blocks.shape)[keys]
    return counts


def _outcome_counts(values: np.ndarray, data: Episodes) -> np.ndarray:
    """Values `(N, T, c)` of steps, added up by action, symbol and outcome."""
    where = data.steps
    sizes = data.num_actions, data.num_symbols, data.num_outcomes
    keys = np.ravel_multi_index(
        (data.actions[where], data.symbols[:, :-1][where], data.outcomes[where]), sizes
    )
    columns = values[where].T
    counts = [np.bincount(keys, column, np.prod(sizes)).reshape(sizes) for column in columns]
    return np.stack(counts, axis=2)


def _first_counts(values: np.ndarray, model: CloneModel, data: Episodes) -> np.ndarray:
    columns = [np.bincount(data.symbols[:, 0], v, len(model.first)) for v in values.T]
    return np.stack(columns, axis=1)
