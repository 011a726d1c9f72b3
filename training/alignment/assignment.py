"""Search for the assignment of latent indices to states: a quadratic assignment problem.

Graduated assignment (Gold and Rangarajan 1996): soft assignments, made harder step by step, then
improved by exchanges of two states. Plain NumPy: the matrices are small, and compiling would take
longer than the whole search.

Letters: ``L`` latent indices, ``K`` states, ``U`` actions. ``counts`` ``(L, L, U)`` sum to 1 and
``log_B`` is ``(K, K, U)``, both ``[next, current, action]``; an assignment is ``(L,)`` states.
"""

import numpy as np
from numpy.typing import DTypeLike
from scipy.optimize import linear_sum_assignment

# Annealing: the largest affinities, in nats per visit, times these give the first and last logits.
SHARPNESS = (0.5, 50.0)


def index_usage(counts: np.ndarray) -> np.ndarray:
    """``(L,)`` how often each index is visited, sum 1."""
    return 0.5 * (counts.sum((0, 2)) + counts.sum((1, 2)))


def state_counts(counts: np.ndarray, num_states: int, state_of_index: np.ndarray) -> np.ndarray:
    """``(K, K, U)`` transitions between states instead of indices."""
    one_hot = np.eye(num_states)[state_of_index]
    flow = np.einsum("iju,jb->ibu", counts, one_hot)
    return np.einsum("ibu,ia->abu", flow, one_hot)


def assignment_score(counts: np.ndarray, log_B: np.ndarray, state_of_index: np.ndarray) -> float:
    """Log likelihood per transition, with the cost of indices that share a state.

    An index that shares its state with others is emitted by it with the probability of its share,
    which keeps the search from heaping all indices on one state that rarely changes.
    """
    transitions = log_B[state_of_index[:, None], state_of_index[None, :]]
    return float((counts * transitions).sum() + emission_score(counts, len(log_B), state_of_index))


def emission_score(counts: np.ndarray, num_states: int, state_of_index: np.ndarray) -> float:
    """The cost of indices that share a state, per transition; 0 for a permutation."""
    usage = index_usage(counts)
    shared = np.bincount(state_of_index, usage, minlength=num_states)
    return float(_x_log_x(usage).sum() - _x_log_x(shared).sum())


def reference_score(counts: np.ndarray, log_B: np.ndarray, state_of_index: np.ndarray) -> float:
    """The score to expect if the transitions out of each state followed the reference exactly."""
    visits = np.zeros(log_B.shape[1:])
    np.add.at(visits, state_of_index, counts.sum(0))
    expected = (visits * (np.exp(log_B) * log_B).sum(0)).sum()
    return float(expected + emission_score(counts, len(log_B), state_of_index))


def graduated_assignment(
    counts: np.ndarray, log_B: np.ndarray, rng: np.random.Generator, pull: np.ndarray
) -> np.ndarray:
    """Soft assignments ``(S, L, K)``, ``p(state | index)``, annealed from uniform to almost hard.

    With as many indices as states, columns sum to 1, as in a permutation. With more indices, the
    usage of the indices is distributed over the states in about equal parts.

    Args:
        counts: ``(L, L, U)``, sum 1.
        log_B: ``(K, K, U)``.
        rng: breaks ties in the first assignment.
        pull: ``(S, L, K)`` nats per visit added to the log likelihood, to look elsewhere in each of
            ``S`` searches.
    """
    num_indices, num_states = pull.shape[1:]
    square = num_indices == num_states
    mass = np.full(num_indices, 1 / num_states) if square else np.maximum(index_usage(counts), 1e-6)
    soft = _sinkhorn(0.01 * rng.normal(size=pull.shape) + pull, mass)
    for sharpness in np.geomspace(*SHARPNESS, min(20 + num_states, 60)):
        for _ in range(2):
            affinity = _affinity(counts, log_B, soft) / mass[:, None] + pull
            soft = 0.5 * soft + 0.5 * _sinkhorn(sharpness * affinity, mass)
    return soft


def _affinity(counts: np.ndarray, log_B: np.ndarray, soft: np.ndarray) -> np.ndarray:
    """Gradient ``(L, K)`` of the expected score with respect to the soft assignment."""
    total = np.zeros_like(soft)
    for flow, log_p in zip(by_action(counts), by_action(log_B)):
        total += flow @ soft @ log_p.T + flow.T @ soft @ log_p
    return total


def by_action(array: np.ndarray, dtype: DTypeLike = float) -> np.ndarray:
    """``[action, next, current]`` from ``[next, current, action]``.

    In one block of memory: NumPy multiplies matrices with gaps many times slower.
    """
    return np.ascontiguousarray(np.moveaxis(array, -1, 0), dtype)


def _sinkhorn(logits: np.ndarray, mass: np.ndarray, num_iterations: int = 15) -> np.ndarray:
    """Scale ``exp(logits)``: rows sum to 1, and columns, weighted by `mass`, to about ``1 / K``."""
    scaled = np.exp(logits - logits.max(-1, keepdims=True))
    target = mass.sum() / logits.shape[-1]
    for _ in range(num_iterations):
        scaled *= target / np.maximum(mass @ scaled, 1e-30)[:, None]
        scaled /= np.maximum(scaled.sum(-1, keepdims=True), 1e-30)
    return scaled


def harden(soft: np.ndarray) -> np.ndarray:
    """Soft to hard assignment ``(L,)``: a permutation if square, else the favourite states."""
    if soft.shape[0] > soft.shape[1]:
        return soft.argmax(1)
    return linear_sum_assignment(-soft)[1]


def refine(counts: np.ndarray, log_B: np.ndarray, state_of_index: np.ndarray) -> np.ndarray:
    """Move one index (where they can share), exchange two states, while this improves the score."""
    best, score = state_of_index, -np.inf
    while assignment_score(counts, log_B, best) > score + 1e-12:
        score = assignment_score(counts, log_B, best)
        if len(best) > len(log_B):
            best = _move_indices(counts, log_B, best)
        gains = exchange_gains(counts, log_B, best)
        while gains.max() > 1e-12:
            best = exchange(best, *map(int, np.unravel_index(gains.argmax(), gains.shape)))
            gains = exchange_gains(counts, log_B, best)
    return best


def exchange_gains(counts: np.ndarray, log_B: np.ndarray, state_of_index: np.ndarray) -> np.ndarray:
    """``(K, K)`` what the score gains when two states exchange all of their indices."""
    flow = state_counts(counts, len(log_B), state_of_index)
    one_moves = _affinity(flow, log_B, np.eye(len(log_B)))
    stays = np.diagonal(one_moves)
    both_move = (_contrast(flow) * _contrast(log_B)).sum(-1)
    return one_moves + one_moves.T - stays[:, None] - stays[None, :] + both_move


def _contrast(matrix: np.ndarray) -> np.ndarray:
    """``[a, a] + [b, b] - [a, b] - [b, a]`` of a ``(K, K, U)`` array, for all pairs."""
    own = np.diagonal(matrix).T
    return own[:, None] + own[None, :] - matrix - matrix.transpose(1, 0, 2)


def _move_indices(counts: np.ndarray, log_B: np.ndarray, state_of_index: np.ndarray) -> np.ndarray:
    """Move each index once to the state that scores best, given the states of the others."""
    best, num_states = state_of_index.copy(), len(log_B)
    usage = index_usage(counts)
    own_log_B = np.diagonal(log_B).T
    for index in range(len(best)):
        others = np.arange(len(best)) != index
        into = np.einsum("ju,sju->s", counts[index, others], log_B[:, best[others]])
        out = np.einsum("iu,isu->s", counts[others, index], log_B[best[others]])
        load = np.bincount(best[others], usage[others], minlength=num_states)
        emission = _x_log_x(load) - _x_log_x(load + usage[index])
        best[index] = (into + out + own_log_B @ counts[index, index] + emission).argmax()
    return best


def _x_log_x(x: np.ndarray) -> np.ndarray:
    return x * np.log(np.maximum(x, 1e-30))


def exchange(state_of_index: np.ndarray, state: int, other: int) -> np.ndarray:
    """Give all indices of one state to another state and the other way round."""
    order = np.arange(state_of_index.max(initial=max(state, other)) + 1)
    order[[state, other]] = other, state
    return order[state_of_index]
