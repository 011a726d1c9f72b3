"""Learned memory as a machine: states that each show one symbol, and how actions move them."""

from typing import NamedTuple

import numpy as np

from .clone_hmm import CloneModel
from .episodes import Episodes
from .features import ACTION, NOW, at_start, carried, closed
from .tables import TableModel

# What follows with less probability is not followed; states at most.
RARE, MOST_STATES = 0.01, 1000


class Machine(NamedTuple):
    """S states, each of one symbol.

    Attributes:
        symbols: `(S,)` int, what is observed in each.
        transitions: `(U, S, S)`, `[action, current, next]`, where the episode goes on.
        outcomes: `(U, S, Y)`, probabilities of rewards and endings.
        first: `(S,)`, `p(s_0)`.
        remembers: what the states tell apart, by their names.
    """

    symbols: np.ndarray
    transitions: np.ndarray
    outcomes: np.ndarray
    first: np.ndarray
    remembers: tuple[tuple[str, tuple[int, ...]], ...] = ()


class TooManyStatesError(ValueError):
    """A memory has more states than can be planned over."""


def clone_machine(model: CloneModel) -> Machine:
    """The clones that live, as states."""
    num_symbols, num_clones = model.first.shape
    alive = model.first.ravel() > 0
    symbols = np.repeat(np.arange(num_symbols), num_clones)[alive]
    size = num_symbols * num_clones
    transitions = model.transitions.transpose(0, 1, 3, 2, 4).reshape(-1, size, size)
    transitions = transitions[:, alive][:, :, alive]
    outcomes = model.outcomes.reshape(len(transitions), size, -1)[:, alive]
    clones = np.tile(np.arange(num_clones), num_symbols)[alive]
    remembers = tuple(("clone", (int(clone),)) for clone in clones)
    return Machine(symbols, transitions, outcomes, model.first.ravel()[alive], remembers)


def table_machine(model: TableModel, data: Episodes) -> Machine:
    """All that can be remembered, from the first observations of the episodes on.

    Raises:
        TooManyStatesError: there are too many.
    """
    features = closed(model.features)
    starts = np.bincount(data.symbols[:, 0], minlength=data.num_symbols)
    states = {at_start(features, int(symbol)): 0 for symbol in np.flatnonzero(starts)}
    states = {state: number for number, state in enumerate(states)}
    edges, brings = [], []
    queue = list(states)
    for number, state in enumerate(queue):
        known = dict(zip(features, state))
        for action in range(data.num_actions):
            known[ACTION] = action
            brings.append(model.outcomes.probabilities(known))
            chances = model.symbols.probabilities(known)
            chances = np.where(chances > min(RARE, chances.max() / 2), chances, 0)
            for symbol in np.flatnonzero(chances):
                after = carried(features, state, action, int(symbol))
                if after not in states:
                    states[after] = len(queue)
                    queue.append(after)
                    _check(len(queue))
                edges.append((action, number, states[after], chances[symbol] / chances.sum()))
    transitions = np.zeros((data.num_actions, len(queue), len(queue)))
    actions, before, after, chance = map(np.array, zip(*edges))
    np.add.at(transitions, (actions, before, after), chance)
    outcomes = np.array(brings).reshape(len(queue), data.num_actions, -1).transpose(1, 0, 2)
    now = features.index(NOW)
    first = np.zeros(len(queue))
    for symbol in np.flatnonzero(starts):
        first[states[at_start(features, int(symbol))]] = starts[symbol] / starts.sum()
    names = ", ".join(f"{kind} {number}" for kind, number in features)
    symbols = np.array([state[now] for state in queue])
    return Machine(symbols, transitions, outcomes, first, tuple((names, s) for s in queue))


def _check(count: int) -> None:
    if count > MOST_STATES:
        raise TooManyStatesError(f"a memory of more than {MOST_STATES} states cannot be planned")
