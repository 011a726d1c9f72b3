"""A process of one state factor that is seen as it is, as a known world."""

from collections.abc import Callable, Sequence

import numpy as np

from .tables import ProcessTables


class KnownProcess:
    """Dynamics, start and goal of a process, for whoever is told them.

    Attributes:
        transition_matrix: B, `(K, K, U)`.
        initial_probs: `(K,)`, `p(s_0)`.
        rewarded_state: the state that brings a reward of 1.
        log_likelihood: `(..., K)`, `log p(x | s)` up to a constant, of observations.
    """

    def __init__(
        self,
        tables: ProcessTables,
        rewarded_state: int,
        log_likelihood: Callable[[np.ndarray], np.ndarray],
    ) -> None:
        self.transition_matrix, self.initial_probs = tables.B[0], tables.D[0]
        self.rewarded_state, self.log_likelihood = rewarded_state, log_likelihood


def known_process(
    tables: ProcessTables,
    rewards: Sequence[Sequence[float]],
    log_likelihood: Callable[[np.ndarray], np.ndarray] | None,
) -> KnownProcess | None:
    """The known world that a process is, or None where it is more than that.

    It must have one factor and one modality that names the state, is seen as points, and reward one
    state with 1.
    """
    if log_likelihood is None or len(tables.A) > 1 or len(tables.B) > 1:
        return None
    if not np.array_equal(tables.A[0], np.eye(len(tables.D[0]))):
        return None
    rewarded = np.flatnonzero(rewards[0])
    if len(rewarded) != 1 or rewards[0][rewarded[0]] != 1:
        return None
    return KnownProcess(tables, int(rewarded[0]), log_likelihood)
