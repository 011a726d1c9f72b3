"""Tables of what follows, by features of the past; first-order, windows and registers alike."""

from typing import NamedTuple

import numpy as np

from .episodes import Episodes
from .evidence import chosen_parents
from .features import ACTION, NOW, Feature, all_features, values_of

# Counts of a context that are as without memory; without memory, as if nothing were known.
BACKOFF_COUNTS, FLAT_COUNTS = 0.5, 0.1


class Table(NamedTuple):
    """What followed each context.

    Attributes:
        features: the context's.
        counts: `(V,)` each, by the values of the features.
        usual: the table that is asked where little was seen; None: all values are as likely.
        num_values: V.
    """

    features: tuple[Feature, ...]
    counts: dict[tuple[int, ...], np.ndarray]
    usual: "Table | None"
    num_values: int

    def probabilities(self, known: dict[Feature, int]) -> np.ndarray:
        """`(V,)`, of what follows where all features have the values that are known."""
        counts = self.counts.get(tuple(known[feature] for feature in self.features))
        if self.usual is None:
            prior = np.full(self.num_values, FLAT_COUNTS / self.num_values)
        else:
            prior = BACKOFF_COUNTS * self.usual.probabilities(known)
        counts = prior if counts is None else counts + prior
        return counts / counts.sum()


class TableModel(NamedTuple):
    """What an action brings, and what is observed then; they are independent given the past."""

    outcomes: Table
    symbols: Table

    @property
    def features(self) -> set[Feature]:
        """All that must be remembered."""
        return {*self.outcomes.features, *self.symbols.features}


def table_model(
    data: Episodes, outcome_features: tuple[Feature, ...], symbol_features: tuple[Feature, ...]
) -> TableModel:
    """Tables by given features."""
    both = []
    for features, targets, where, size in (
        (outcome_features, data.outcomes, data.steps, data.num_outcomes),
        (symbol_features, data.symbols[:, 1:], data.goes_on, data.num_symbols),
    ):
        usual = _counted(data, (NOW, ACTION), targets, where, None, size)
        both.append(_counted(data, features, targets, where, usual, size))
    return TableModel(*both)


def register_features(data: Episodes) -> tuple[tuple[Feature, ...], tuple[Feature, ...]]:
    """Those by which outcomes and by which observations are told best."""
    features = all_features(data.num_symbols)
    values = values_of(data, features)
    both = []
    for targets, where, size, by_action in (
        (data.outcomes, data.steps, data.num_outcomes, True),
        (data.symbols[:, 1:], data.goes_on, data.num_symbols, False),
    ):
        parents = chosen_parents(values[where], targets[where], size, by_action=by_action)
        both.append(tuple(features[parent] for parent in parents))
    return both[0], both[1]


def table_log_probs(model: TableModel, data: Episodes) -> tuple[np.ndarray, np.ndarray]:
    """`(N,)` each: of all outcomes, and of all observations after the first, given the past."""
    outcomes = _log_probs(model.outcomes, data, data.outcomes, data.steps)
    return outcomes, _log_probs(model.symbols, data, data.symbols[:, 1:], data.goes_on)


def _counted(data: Episodes, features, targets, where, usual, size: int) -> Table:
    counts: dict[tuple[int, ...], np.ndarray] = {}
    contexts = _contexts(data, features)[where].tolist()
    for context, target in zip(map(tuple, contexts), targets[where].tolist()):
        counts.setdefault(context, np.zeros(size))[target] += 1
    return Table(tuple(features), counts, usual, size)


def _log_probs(table: Table, data: Episodes, targets: np.ndarray, where: np.ndarray) -> np.ndarray:
    needed = tuple(dict.fromkeys((*table.features, NOW, ACTION)))
    contexts = _contexts(data, needed)
    found = np.zeros(len(where))
    memory: dict[tuple[int, ...], np.ndarray] = {}
    for episode, step in zip(*np.nonzero(where)):
        context = tuple(contexts[episode, step].tolist())
        if context not in memory:
            memory[context] = np.log(table.probabilities(dict(zip(needed, context))))
        found[episode] += memory[context][targets[episode, step]]
    return found


def _contexts(data: Episodes, features: tuple[Feature, ...]) -> np.ndarray:
    if not features:
        return np.zeros((*data.actions.shape, 0), int)
    return values_of(data, features)
