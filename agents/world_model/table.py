"""States that are seen as they are: each different observation is one."""

import dataclasses

import numpy as np

from ..encoders.mixture import Weights


@dataclasses.dataclass(frozen=True)
class Table:
    """One state for each row of `observations`, and a last one for all that was never seen.

    Attributes:
        observations: `(K, D)` int64.
    """

    observations: np.ndarray
    _numbers: dict[bytes, int] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        numbers = {row.tobytes(): index for index, row in enumerate(self.observations)}
        object.__setattr__(self, "_numbers", numbers)

    def encode(self, observations: np.ndarray) -> Weights:
        """`(N, D)` whole numbers to the one state of each, `(N, 1, 1)`, with weight 1."""
        rows = np.ascontiguousarray(observations, np.int64)
        unseen = len(self.observations)
        index = np.array([self._numbers.get(row.tobytes(), unseen) for row in rows], int)
        return Weights(index[:, None, None], np.ones((len(rows), 1, 1)))

    def expected(self, observations: np.ndarray, values: np.ndarray) -> np.ndarray:
        """`(N, E)`, of the values `(1, K + 1, E)` that of each observation's state."""
        return values[0, self.encode(observations).states[:, 0, 0]]
