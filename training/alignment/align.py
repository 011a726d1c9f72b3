"""Which latent index of a learned model is which state of a reference model.

A learned model knows its states only up to their order. Its expected transition counts are
compared with a reference ``B``: the best assignment of indices to states maximises the log
likelihood of the counts under the reference (the search is in `candidates`). The answer says how
good it is, and whether another one is as good, as in a world with a symmetry.

Letters: ``L`` latent indices, ``K`` states, ``U`` actions. Counts and ``B`` are
``[next, current, action]``; inside, counts sum to 1, and an assignment is ``(L,)`` states.
"""

from typing import NamedTuple

import numpy as np

from .assignment import assignment_score, reference_score
from .explanations import best_and_rivals

# Floor on the reference's probabilities: an impossible transition costs much but not everything.
SMALLEST_TRANSITION = 1e-4
# A rival must move indices with at least this share of an average state's visits.
MIN_MOVED_SHARE = 0.25


class Alignment(NamedTuple):
    """The best assignment and how far it can be trusted.

    state_of_index: ``(L,)`` state of each latent index.
    score: log likelihood per transition of the counts under the reference, in nats; lower where
        indices share a state, by the cost of saying which of them it was.
    reference_score: the score if every state behaved exactly as the reference says.
    runner_up: ``(L,)`` the best assignment found that differs in more than a rarely used index.
    runner_up_score: its score; minus infinity if there is none.
    ambiguous: the runner-up is practically as good: the data cannot say which one is meant.
    """

    state_of_index: np.ndarray
    score: float
    reference_score: float
    runner_up: np.ndarray
    runner_up_score: float
    ambiguous: bool


def align(
    transition_counts: np.ndarray,
    B: np.ndarray,
    *,
    num_restarts: int = 4,
    tolerance: float = 0.01,
    seed: int = 0,
) -> Alignment:
    """Find the assignment of latent indices to states that explains the transitions best.

    Args:
        transition_counts: ``(L, L, U)`` expected counts of the learned model, ``L >= K``. With
            ``L > K`` several indices may share a state.
        B: ``(K, K, U)`` reference.
        num_restarts: up to four times as many further searches where the first one fits badly,
            each with the most used index pinned to another state; and as many searches for a
            symmetry as `num_restarts`. Few states need neither: all permutations are tried.
        tolerance: nats per transition within which two assignments count as equally good.
        seed: of the random restarts.

    Returns:
        The best assignment, its score, and the best one that differs from it.

    Raises:
        ValueError: an argument has a wrong shape or impossible values.
    """
    _check_arrays(np.asarray(transition_counts), np.asarray(B))
    if num_restarts < 1:
        raise ValueError(f"num_restarts must be at least 1, got {num_restarts}")
    if not tolerance >= 0:
        raise ValueError(f"tolerance must not be negative, got {tolerance}")
    counts = np.asarray(transition_counts, float)
    counts = counts / counts.sum()
    log_B = np.log(np.maximum(B, SMALLEST_TRANSITION))
    enough = MIN_MOVED_SHARE / len(log_B)
    best, rivals = best_and_rivals(counts, log_B, enough, num_restarts, seed)

    def score(assignment: np.ndarray) -> float:
        return assignment_score(counts, log_B, assignment)

    runner_up = max(rivals, key=score, default=best)
    runner_up_score = score(runner_up) if rivals else -np.inf
    return Alignment(
        state_of_index=best,
        score=score(best),
        reference_score=reference_score(counts, log_B, best),
        runner_up=runner_up,
        runner_up_score=runner_up_score,
        ambiguous=bool(score(best) - runner_up_score < tolerance),
    )


def _check_arrays(counts: np.ndarray, B: np.ndarray) -> None:
    """Raise a ValueError that names the argument which is wrong."""
    for name, array in (("transition_counts", counts), ("B", B)):
        if array.ndim != 3 or array.shape[0] != array.shape[1] or 0 in array.shape:
            raise ValueError(f"{name} must be [next, current, action], got shape {array.shape}")
        if not np.isfinite(array).all() or (array < 0).any():
            raise ValueError(f"{name} must be finite and not negative")
    if counts.shape[2] != B.shape[2]:
        raise ValueError(f"transition_counts has {counts.shape[2]} actions, B has {B.shape[2]}")
    if len(counts) < len(B):
        raise ValueError(f"transition_counts has {len(counts)} indices, fewer than B's {len(B)}")
    if counts.sum() <= 0:
        raise ValueError("transition_counts must not be all zero")
    if not np.allclose(B.sum(0), 1.0, atol=1e-3):
        raise ValueError("B must sum to 1 over the next state")
