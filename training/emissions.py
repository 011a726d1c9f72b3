"""Which state emits which latent index: fitted to pairs of successive outcomes, with B known.

An index need not belong to one state: an encoder that has not learned to tell two states apart
shares one between them. Expectation maximisation on pairs (a hidden Markov model whose transitions
are given, and two steps of it at a time) costs three products of small matrices per step, so many
beginnings can be tried. Plain NumPy, as in `assignment`.

Letters: ``L`` latent indices, ``K`` states, ``U`` actions. ``pairs`` ``(L, L, U)`` and ``B``
``(K, K, U)`` are ``[next, current, action]``.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

# Share of all counts added, spread evenly: no index is impossible in a state.
PSEUDO_COUNT = 1e-3
TINY = 1e-12
# Share of an index that a hard assignment leaves to all states, for the fit to begin with.
LEAK = 0.2


class Emissions(NamedTuple):
    """A fitted model of the pairs.

    probs: ``(L, K)``, ``p(index | state)``.
    usage: ``(K,)``, share of each state.
    log_likelihood: mean over the pairs, nats, before the last step.
    """

    probs: np.ndarray
    usage: np.ndarray
    log_likelihood: float


def fit_emissions(
    pairs: np.ndarray, B: np.ndarray, probs: np.ndarray, num_iterations: int
) -> Emissions:
    """Expectation maximisation.

    Args:
        pairs: ``(L, L, U)`` counts of successive outcomes.
        B: ``(K, K, U)``.
        probs: ``(L, K)`` where to begin; columns need not be normalised.
        num_iterations: steps.
    """
    num_states = probs.shape[1]
    pairs = pairs / pairs.sum()
    probs, usage = probs / probs.sum(0), np.full(num_states, 1 / num_states)
    action_share = pairs.sum((0, 1))
    for _ in range(num_iterations):
        log_likelihood, counts, visits = 0.0, np.zeros_like(probs), np.zeros(num_states)
        for action, share in enumerate(action_share):
            joint = share * B[:, :, action] * usage
            index_and_state, seen = probs @ joint, pairs[..., action]
            predicted = index_and_state @ probs.T
            ratio = seen / (predicted + TINY)
            log_likelihood += float((seen * np.log(predicted + TINY)).sum())
            current = probs * (ratio.T @ index_and_state)
            counts += current + probs * (ratio @ (probs @ joint.T))
            visits += current.sum(0)
        counts += PSEUDO_COUNT / counts.size
        probs, usage = counts / counts.sum(0), visits / visits.sum()
    return Emissions(probs, usage, log_likelihood)


def hard_emissions(index_usage: np.ndarray, state_of_index: np.ndarray, num_states: int):
    """``(L, K)`` `probs` to begin with: each index with its state, up to `LEAK`."""
    share = (1 - LEAK) * np.eye(num_states)[state_of_index] + LEAK / num_states
    return share * np.maximum(index_usage, TINY)[:, None]


def most_probable_states(emissions: Emissions) -> np.ndarray:
    """``(L,)`` the state that uses each index most, but every state gets an index of its own."""
    joint = emissions.probs * emissions.usage
    state_of_index = joint.argmax(1)
    indices, states = linear_sum_assignment(-joint)
    state_of_index[indices] = states
    return state_of_index
