"""The assignment that explains transitions best, and the rivals that might be meant instead.

With few states all permutations are tried. Otherwise annealed searches look for the best one, and
what a symmetry of the reference would allow is tried as a rival.

Letters and arrays as in `alignment`.
"""

import itertools

import numpy as np

from .assignment import (
    assignment_score,
    exchange,
    exchange_gains,
    graduated_assignment,
    harden,
    index_usage,
    reference_score,
    refine,
    state_counts,
)

# Up to this many states, all permutations are tried: 720 of them.
MAX_EXHAUSTIVE = 6
# A search this many nats per transition below the reference's score is taken for a bad optimum.
MISFIT = 0.05
# What the pinned index gains at its state, in nats per visit.
PIN = 5.0
# States are twins if their sorted transition probabilities differ by less than this, summed.
TWIN_DISTANCE = 0.2


def best_and_rivals(
    counts: np.ndarray, log_B: np.ndarray, enough: float, num_restarts: int, seed: int
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The best assignment found, and others that differ from it in visits of at least `enough`.

    Args:
        counts: ``(L, L, U)``, sum 1.
        log_B: ``(K, K, U)``.
        enough: share of visits whose index must be at another state, from 0 to 1.
        num_restarts: of the annealed searches, see `align`.
        seed: of their restarts.
    """
    if len(counts) == len(log_B) <= MAX_EXHAUSTIVE:
        return _best_permutations(counts, log_B, enough)
    rng = np.random.default_rng(seed)
    found = _search(counts, log_B, num_restarts, rng)
    best = max(found, key=lambda assignment: assignment_score(counts, log_B, assignment))
    usage = index_usage(counts)
    rivals = [rival for rival in found if usage[rival != best].sum() >= enough]
    rivals += _best_exchange(counts, log_B, best, enough)
    return best, rivals + _mirror_images(counts, log_B, best, num_restarts, rng)


def _best_permutations(
    counts: np.ndarray, log_B: np.ndarray, enough: float
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The best of all permutations, and the best of those that differ enough from it."""
    permutations = np.array(list(itertools.permutations(range(len(log_B)))))
    # What index i at state a and index j at state b contribute, `[i, j, a, b]`.
    by_pair = np.einsum("iju,abu->ijab", counts, log_B)
    index = np.arange(len(log_B))
    scores = by_pair[index[:, None], index, permutations[:, :, None], permutations[:, None, :]].sum(
        (1, 2)
    )
    best = permutations[scores.argmax()]
    moved = (permutations != best) @ index_usage(counts)
    # A sum in another order may fall short of `enough` by rounding.
    differs = (moved >= enough - 1e-12) & (permutations != best).any(1)
    rivals = permutations[differs]
    return best, list(rivals[[scores[differs].argmax()]]) if len(rivals) else []


def _search(
    counts: np.ndarray, log_B: np.ndarray, num_restarts: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Good assignments: one from the uniform start, and more if that one fits badly."""
    found = _pinned_searches(counts, log_B, rng, [None])
    score = assignment_score(counts, log_B, found[0])
    if score < reference_score(counts, log_B, found[0]) - MISFIT:
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


def _best_exchange(counts: np.ndarray, log_B: np.ndarray, best: np.ndarray, enough: float) -> list:
    """The best exchange of two states whose visits are `enough`; empty if there is none."""
    visits = np.bincount(best, index_usage(counts), minlength=len(log_B))
    allowed = (visits[:, None] + visits[None, :] >= enough) & ~np.eye(len(log_B), dtype=bool)
    if not allowed.any():
        return []
    gains = np.where(allowed, exchange_gains(counts, log_B, best), -np.inf)
    return [exchange(best, *map(int, np.unravel_index(gains.argmax(), gains.shape)))]
