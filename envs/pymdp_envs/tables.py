"""The process of a pymdp environment as NumPy tables, and draws from them."""

import dataclasses
from collections.abc import Sequence

import numpy as np

# Rounding of a float32 sum over some hundred entries stays far below this.
NORMALISATION_TOLERANCE = 1e-4


@dataclasses.dataclass(frozen=True, eq=False)
class ProcessTables:
    """A, B and D of a process with several state factors and modalities, as pymdp has them.

    Attributes:
        A: per modality m `(O_m, K of each factor in A_dependencies[m])` float64.
        B: per factor f `(K_f, K of each factor in B_dependencies[f], U_f)` float64.
        D: per factor `(K_f,)` float64.
        A_dependencies: per modality the factors that it depends on.
        B_dependencies: per factor the factors that its next state depends on.

    Raises:
        ValueError: a table does not fit its factors, or a distribution does not sum to 1.
    """

    A: Sequence[np.ndarray]
    B: Sequence[np.ndarray]
    D: Sequence[np.ndarray]
    A_dependencies: Sequence[Sequence[int]]
    B_dependencies: Sequence[Sequence[int]]

    def __post_init__(self) -> None:
        num_states = [np.shape(d)[0] for d in self.D]
        for name, rows in (
            ("A", self.A_dependencies),
            ("B", self.B_dependencies),
            ("D", [()] * len(self.D)),
        ):
            tables = getattr(self, name)
            if len(tables) != len(rows):
                raise ValueError(f"{name} must have {len(rows)} tables, got {len(tables)}")
            given = [tuple(num_states[factor] for factor in row) for row in rows]
            checked = [
                _checked(f"{name}[{place}]", table, states, has_actions=name == "B")
                for place, (table, states) in enumerate(zip(tables, given))
            ]
            object.__setattr__(self, name, tuple(checked))
        for name in ("A_dependencies", "B_dependencies"):
            rows = tuple(tuple(map(int, row)) for row in getattr(self, name))
            object.__setattr__(self, name, rows)

    @property
    def num_states(self) -> tuple[int, ...]:
        """K of each factor."""
        return tuple(len(d) for d in self.D)

    @property
    def num_outcomes(self) -> tuple[int, ...]:
        """O of each modality."""
        return tuple(len(a) for a in self.A)

    @property
    def num_controls(self) -> tuple[int, ...]:
        """U of each factor; 1 where it is not controlled."""
        return tuple(b.shape[-1] for b in self.B)


class Sampler:
    """Draws from `ProcessTables`, each number by one uniform draw."""

    def __init__(self, tables: ProcessTables) -> None:
        self._tables = tables
        # Plain lists of cumulative sums: one environment alone is faster without NumPy's overhead.
        self._A, self._B, self._D = (
            [_cumulative(table) for table in named] for named in (tables.A, tables.B, tables.D)
        )

    def first_state(self, generator: np.random.Generator) -> list[int]:
        """`s_0` of each factor."""
        return [_draw(rows[()], generator) for rows in self._D]

    def next_state(
        self, state: list[int], action: Sequence[int], generator: np.random.Generator
    ) -> list[int]:
        """`s_{t+1}` of each factor, given the action of each factor."""
        return [
            _draw(rows[(*(state[factor] for factor in row), action[f])], generator)
            for f, (rows, row) in enumerate(zip(self._B, self._tables.B_dependencies))
        ]

    def outcomes(self, state: list[int], generator: np.random.Generator) -> list[int]:
        """`o_t` of each modality."""
        return [
            _draw(rows[tuple(state[factor] for factor in row)], generator)
            for rows, row in zip(self._A, self._tables.A_dependencies)
        ]


def _checked(name: str, table, states: tuple[int, ...], has_actions: bool) -> np.ndarray:
    table = np.array(table, np.float64)
    given = table.shape[1 : table.ndim - has_actions]
    if given != states or table.ndim != 1 + len(states) + has_actions:
        raise ValueError(f"{name} must have axes {states} for the states, got {table.shape}")
    error = np.abs(table.sum(axis=0) - 1).max()
    if table.min() < 0 or error > NORMALISATION_TOLERANCE:
        raise ValueError(f"{name} must sum to 1 over its first axis, it is off by {error:.2g}")
    return table / table.sum(axis=0)


def _cumulative(table: np.ndarray) -> dict[tuple[int, ...], list[float]]:
    return {
        place: np.cumsum(table[(slice(None), *place)]).tolist()
        for place in np.ndindex(table.shape[1:])
    }


def _draw(cumulative: list[float], generator: np.random.Generator) -> int:
    threshold = generator.random()
    for index, upper in enumerate(cumulative):
        if threshold < upper:
            return index
    return len(cumulative) - 1
