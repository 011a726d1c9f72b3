"""Symbols joined with registers, so that clones need not learn what registers tell at once."""

import dataclasses
from typing import NamedTuple

import numpy as np

from .episodes import Episodes
from .features import NOW, Feature, carried, closed, values_of
from .machine import Machine

# Joined symbols at most.
MOST_JOINED = 40


class Joined(NamedTuple):
    """Symbols joined with registers.

    Attributes:
        features: what is joined, the newest symbol among it.
        numbers: the number of each combination that was seen.
    """

    features: tuple[Feature, ...]
    numbers: dict[tuple[int, ...], int]

    @classmethod
    def of(cls, features: tuple[Feature, ...], *parts: Episodes) -> "Joined | None":
        """Those of some episodes; None where they are too many, or no more than the symbols."""
        carried_along = closed(set(features))
        seen = {
            tuple(row)
            for data in parts
            for row in np.unique(_values(data, carried_along)[_shown(data)], axis=0).tolist()
        }
        if not parts[0].num_symbols < len(seen) <= MOST_JOINED:
            return None
        return cls(carried_along, {row: number for number, row in enumerate(sorted(seen))})

    def episodes(self, data: Episodes) -> Episodes:
        """The episodes with joined symbols."""
        values = _values(data, self.features).tolist()
        numbers = [[self.numbers.get(tuple(row), 0) for row in episode] for episode in values]
        return dataclasses.replace(data, symbols=np.array(numbers), values=np.arange(self.size))

    @property
    def size(self) -> int:
        """The number of joined symbols."""
        return len(self.numbers)

    def machine(self, found: Machine, num_symbols: int) -> Machine:
        """A machine of joined symbols as one of symbols; registers change only as they can."""
        now = self.features.index(NOW)
        rows = list(self.numbers)
        allowed = np.zeros((len(found.transitions), self.size, self.size), bool)
        for action in range(len(allowed)):
            for number, row in enumerate(rows):
                for symbol in range(num_symbols):
                    after = self.numbers.get(carried(self.features, row, action, symbol))
                    if after is not None:
                        allowed[action, number, after] = True
        mask = allowed[:, found.symbols][:, :, found.symbols]
        transitions = found.transitions * mask
        total = transitions.sum(axis=2, keepdims=True)
        even = np.full_like(transitions, 1 / len(found.symbols))
        transitions = np.where(total > 0, transitions / np.where(total > 0, total, 1), even)
        symbols = np.array([rows[number][now] for number in found.symbols])
        return found._replace(symbols=symbols, transitions=transitions)


def _values(data: Episodes, features: tuple[Feature, ...]) -> np.ndarray:
    """`(N, T + 1, F)`, also after the last step."""
    longer = {
        name: np.pad(getattr(data, name), ((0, 0), (0, 1))) for name in ("symbols", "actions")
    }
    return values_of(dataclasses.replace(data, **longer), features)


def _shown(data: Episodes) -> np.ndarray:
    """`(N, T + 1)` bool, where something was observed that counts."""
    return np.pad(data.goes_on, ((0, 0), (1, 0)), constant_values=True)
