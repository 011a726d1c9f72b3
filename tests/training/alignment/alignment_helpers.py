"""Transition models, counts drawn from them, and the search by brute force."""

import itertools

import numpy as np
from aifgym.training.alignment.align import SMALLEST_TRANSITION

NUM_TRANSITIONS = 3200


def random_B(rng: np.random.Generator, num_states: int, num_actions: int = 3) -> np.ndarray:
    return np.moveaxis(rng.dirichlet(np.ones(num_states), size=(num_states, num_actions)), -1, 0)


def shift_B(num_states: int, shifts: tuple[int, ...], *, ring: bool) -> np.ndarray:
    """Each action moves by its shift, with noise 0.1; at the ends of a line it stays."""
    states = np.arange(num_states)
    B = np.full((num_states, num_states, len(shifts)), 0.1 / num_states)
    for action, shift in enumerate(shifts):
        to = (states + shift) % num_states if ring else np.clip(states + shift, 0, num_states - 1)
        B[to, states, action] += 0.9
    return B


def spread_B(neighbours: list[list[int]]) -> np.ndarray:
    """Two actions: stay, and go to a random neighbour; both with noise 0.1."""
    num_states = len(neighbours)
    B = np.full((num_states, num_states, 2), 0.1 / num_states)
    for state, others in enumerate(neighbours):
        B[state, state, 0] += 0.9
        B[others, state, 1] += 0.9 / len(others)
    return B


def reflecting_B(num_states: int) -> np.ndarray:
    path = [[max(s - 1, 0), min(s + 1, num_states - 1)] for s in range(num_states)]
    return spread_B([sorted(set(others)) for others in path])


def expected_counts(
    B: np.ndarray,
    state_of_index: np.ndarray,
    share: np.ndarray | None = None,
    rng: np.random.Generator | None = None,
    num_transitions: int = NUM_TRANSITIONS,
) -> np.ndarray:
    """Transitions of a model whose index ``i`` is a share of state ``state_of_index[i]``."""
    share = np.ones(len(state_of_index)) if share is None else share
    share = share / np.bincount(state_of_index, share)[state_of_index]
    counts = B[state_of_index[:, None], state_of_index] * share[:, None, None] * share[:, None]
    counts = counts / counts.sum() * num_transitions
    return counts if rng is None else rng.poisson(counts).astype(float)


def brute_force(counts: np.ndarray, B: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """The best permutation and all scores, best first; no code shared with the search."""
    counts, log_B = counts / counts.sum(), np.log(np.maximum(B, SMALLEST_TRANSITION))
    permutations = [np.array(p) for p in itertools.permutations(range(len(B)))]
    scores = [float((counts * log_B[p][:, p]).sum()) for p in permutations]
    order = np.argsort(scores)[::-1]
    return permutations[order[0]], [scores[i] for i in order]
