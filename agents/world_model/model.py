"""A world model: how an ensemble of discretisations, or a table, says that a task goes on."""

import dataclasses

import numpy as np
from scipy import sparse

from ..encoders.mixture import Weights
from .ensemble import MixtureEnsemble


@dataclasses.dataclass(frozen=True)
class Table:
    """States as they are seen: one for each row of `observations`, a last one for all others.

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


@dataclasses.dataclass(frozen=True)
class Member:
    """One discretisation: K states, E controls.

    Attributes:
        transitions: `(K E, K)` sparse, row `state E + control`. Rows of a table whose episode ended
            sum to less than 1.
        rewards: `(K, E)`, expected discounted reward while a control lasts; very low where a
            control must not be chosen.
        ended: `(K,)`, probability that the episode has ended in a state.
        counts: `(K, E)`, how often a control was tried near a state.
        looks: `(K, D)`, an observation of each state.
        starts: `(K,)`, how often an episode began in a state; sums to 1.
    """

    transitions: sparse.csr_array
    rewards: np.ndarray
    ended: np.ndarray
    counts: np.ndarray
    looks: np.ndarray
    starts: np.ndarray


@dataclasses.dataclass(frozen=True)
class WorldModel:
    """What was learned: a POMDP whose hidden state is a member and one of its states.

    Members never change into each other, and each one's states are seen by its own encoder.

    Attributes:
        encoder: of observations, for all members.
        members: the discretisations.
        actions: `(E,)` int, number of the action of each control.
        lengths: `(M, E)` int, steps for which each member's controls hold their action.
        discount: of a step.
        history: observations in a window, the newest one included.
        num_actions: U.
        reward_scale: the largest absolute reward that was seen.
        caution: what a nat that is not known about a control costs while planning, in largest
            rewards or preferences; nobody pays it.
    """

    encoder: MixtureEnsemble | Table
    members: tuple[Member, ...]
    actions: np.ndarray
    lengths: np.ndarray
    discount: float
    history: int
    num_actions: int
    reward_scale: float
    caution: float = 0.0

    @property
    def num_states(self) -> int:
        """States of all members together."""
        return sum(len(member.ended) for member in self.members)
