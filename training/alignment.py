"""Which latent index of a learned model is which state of a reference model.

A learned model knows its states only up to their order. Its expected transition counts are
compared with a reference ``B``: the best assignment of indices to states maximises the log
likelihood of the counts under the reference (the search is in `assignment`). The answer says how
good it is, and whether another one is as good, as in a world with a symmetry.

Letters: ``L`` latent indices, ``K`` states, ``U`` actions. Counts and ``B`` are
``[next, current, action]``; inside, counts sum to 1, and an assignment is ``(L,)`` states.
"""

from typing import NamedTuple

import numpy as np

from .assignment import (
    assignment_score,
    emission_score,
    exchange,
    exchange_gains,
    graduated_assignment,
    harden,
    index_usage,
    refine,
    state_counts,
)

# Floor on the reference's probabilities: an impossible transition costs much but not everything.
MIN_PROBABILITY = 1e-4
# A search this many nats per transition below the reference's score is taken for a bad optimum.
MISFIT = 0.05
# What the pinned index gains at its state, in nats per visit.
PIN = 5.0
# States are twins if their sorted transition probabilities differ by less than this, summed.
TWIN_DISTANCE = 0.2
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
            symmetry as `num_restarts`.
        tolerance: nats per transition within which two assignments count as equally good.
        seed: of the random beginnings.

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
    log_B = np.log(np.maximum(B, MIN_PROBABILITY))
    rng = np.random.default_rng(seed)
    found = _search(counts, log_B, num_restarts, rng)

    def score(assignment: np.ndarray) -> float:
        return assignment_score(counts, log_B, assignment)

    best = max(found, key=score)
    usage = index_usage(counts)
    enough = MIN_MOVED_SHARE / len(log_B)
    rivals = [rival for rival in found if usage[rival != best].sum() >= enough]
    rivals += _best_exchange(counts, log_B, best, enough)
    rivals += _mirror_images(counts, log_B, best, num_restarts, rng)
    runner_up = max(rivals, key=score, default=best)
    runner_up_score = score(runner_up) if rivals else -np.inf
    return Alignment(
        state_of_index=best,
        score=score(best),
        reference_score=_reference_score(counts, log_B, best),
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


def _search(
    counts: np.ndarray, log_B: np.ndarray, num_restarts: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Good assignments: one from the uniform start, and more if that one fits badly."""
    found = _pinned_searches(counts, log_B, rng, [None])
    score = assignment_score(counts, log_B, found[0])
    if score < _reference_score(counts, log_B, found[0]) - MISFIT:
        most_used = index_usage(counts).argmax()
        states = rng.permutation(len(log_B))[: 4 * num_restarts]
        found += _pinned_searches(counts, log_B, rng, [(most_used, state) for state in states])
    return found


def _pinned_searches(counts: np.ndarray, log_B: np.ndarray, rng, pins: list) -> list[np.ndarray]:
    """A search for each pin: an index and the state where it is held at first, or None."""
    pull = np.zeros((len(pins), len(counts), len(log_B)))
    for search, pin in enumerate(pins):
        if pin:
            pull[search][pin] = PIN
    soft = graduated_assignment(counts, log_B, rng, pull)
    return [refine(counts, log_B, harden(one)) for one in soft]


def _mirror_images(
    counts: np.ndarray,
    log_B: np.ndarray,
    best: np.ndarray,
    num_searches: int,
    rng: np.random.Generator,
) -> list[np.ndarray]:
    """Assignments that differ from `best` by what may be a symmetry of the reference.

    A symmetry moves some state to a twin, so the state with the fewest twins is pinned to each.
    """
    twins = _twins(np.exp(log_B), counts.sum((0, 1)))
    num_twins = np.where(twins.any(1), twins.sum(1), len(twins))
    state = num_twins.argmin()
    flow = state_counts(counts, len(log_B), best)
    others = rng.permutation(np.flatnonzero(twins[state]))[:num_searches]
    images = _pinned_searches(flow, log_B, rng, [(state, other) for other in others])
    return [image[best] for image in images if image[state] != state]


def _twins(B: np.ndarray, action_share: np.ndarray) -> np.ndarray:
    """``(K, K)`` which other states have the same transition probabilities up to their order."""
    profiles = np.concatenate([np.sort(B, axis=0), np.sort(B, axis=1).transpose(1, 0, 2)])
    difference = np.abs(profiles[:, :, None] - profiles[:, None]).sum(0)
    return (difference @ action_share < TWIN_DISTANCE) & ~np.eye(B.shape[0], dtype=bool)


def _reference_score(counts: np.ndarray, log_B: np.ndarray, state_of_index: np.ndarray) -> float:
    """The score to expect if the transitions out of each state followed the reference exactly."""
    visits = np.zeros(log_B.shape[1:])
    np.add.at(visits, state_of_index, counts.sum(0))
    expected = (visits * (np.exp(log_B) * log_B).sum(0)).sum()
    return float(expected + emission_score(counts, len(log_B), state_of_index))


def _best_exchange(counts: np.ndarray, log_B: np.ndarray, best: np.ndarray, enough: float) -> list:
    """The best exchange of two states whose visits are `enough`; empty if there is none."""
    visits = np.bincount(best, index_usage(counts), minlength=len(log_B))
    allowed = (visits[:, None] + visits[None, :] >= enough) & ~np.eye(len(log_B), dtype=bool)
    if not allowed.any():
        return []
    gains = np.where(allowed, exchange_gains(counts, log_B, best), -np.inf)
    return [exchange(best, *np.unravel_index(gains.argmax(), gains.shape))]
