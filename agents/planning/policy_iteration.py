"""Exact dynamic programming of the expected free energy of a sparse model."""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

# A sparse solution is the faster one with more states, or fewer next states of each, than these.
MAX_DENSE, FEW = 700, 4
TIE = 1e-9


class Plan(NamedTuple):
    """The negative expected free energy of acting well from now on.

    Attributes:
        value: `(K,)`, of each state, under the best policy.
        neg_efe: `(K, E)`, of each control in each state.
        policy: `(K,)` int, the best control.
    """

    value: np.ndarray
    neg_efe: np.ndarray
    policy: np.ndarray


def plan(
    transitions: sparse.csr_array,
    gain: np.ndarray,
    policy: np.ndarray | None = None,
    max_iterations: int = 100,
) -> Plan:
    """Policy iteration: each policy's value exactly, then the best control against it.

    Args:
        transitions: `(K E, K)`, row `state E + control`: the discounted probability of each next
            state in which the episode goes on. Rows sum to less than 1.
        gain: `(K, E)`, what a control is worth at once: utility plus information gain.
        policy: `(K,)`, where to begin, such as the last plan's.
        max_iterations: of policies; a dozen is usual.
    """
    states = np.arange(len(gain))
    best = np.asarray(np.argmax(gain, axis=1) if policy is None else policy)
    found = _evaluated(transitions, gain, best)
    for _ in range(max_iterations):
        current = found.neg_efe[states, best]
        largest = found.neg_efe.max(axis=1)
        better = largest > current + TIE * np.maximum(1, np.abs(current))
        if not better.any():
            break
        best = np.where(better, np.argmax(found.neg_efe, axis=1), best)
        found = _evaluated(transitions, gain, best)
    return found


def _evaluated(transitions: sparse.csr_array, gain: np.ndarray, policy: np.ndarray) -> Plan:
    """What a policy is worth, and each control before following it."""
    num_states, num_controls = gain.shape
    states = np.arange(num_states)
    value = policy_value(transitions[states * num_controls + policy], gain[states, policy])
    neg_efe = gain + (transitions @ value).reshape(num_states, num_controls)
    return Plan(value, neg_efe, policy)


def policy_value(transitions: sparse.csr_array, gain: np.ndarray) -> np.ndarray:
    """`(K,)`, the solution of `value = gain + transitions @ value`."""
    size = len(gain)
    if size <= MAX_DENSE and transitions.nnz > FEW * size:
        return np.linalg.solve(np.eye(size) - transitions.toarray(), gain)
    return splu((sparse.identity(size, format="csc") - transitions).tocsc()).solve(gain)
