"""Which state emits which latent index: fitted to pairs of successive outcomes, with B known.

An index need not belong to one state: an encoder that has not learned to tell two states apart
shares one between them. Expectation maximisation on pairs (a hidden Markov model whose transitions
are given, and two steps of it at a time) costs three products of small matrices per step, so many
restarts can be tried. Plain NumPy, as in `assignment`.

Letters: ``L`` latent indices, ``K`` states, ``U`` actions. ``pairs`` ``(L, L, U)`` and ``B``
``(K, K, U)`` are ``[next, current, action]``.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from .assignment import by_action

# Share of all counts added, spread evenly: no index is impossible in a state.
PSEUDO_COUNT = 1e-3
SMALLEST_SHARE = 1e-12
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
    # Single precision halves the time and errs by less than a nat over all pairs.
    seen, B = by_action(pairs / pairs.sum(), np.float32), by_action(B, np.float32)
    probs = (probs / probs.sum(0)).astype(np.float32)
    usage = np.full(len(B[0]), 1 / len(B[0]), np.float32)
    share, log_likelihood = seen.sum((1, 2)), -np.inf
    for step in range(num_iterations):
        joint = share[:, None, None] * B * usage
        with_current = probs @ joint
        predicted = with_current @ probs.T + SMALLEST_SHARE
        ratio = seen / predicted
        if step == num_iterations - 1:
            log_likelihood = float((seen * np.log(predicted)).sum(dtype=float))
        current = probs * (ratio.swapaxes(1, 2) @ with_current).sum(0)
        following = probs * (ratio @ (probs @ joint.swapaxes(1, 2))).sum(0)
        counts = current + following + PSEUDO_COUNT / probs.size
        visits = current.sum(0)
        probs, usage = counts / counts.sum(0), visits / visits.sum()
    return Emissions(probs, usage, log_likelihood)


def hard_emissions(
    index_usage: np.ndarray, state_of_index: np.ndarray, num_states: int
) -> np.ndarray:
    """``(L, K)`` `probs` to begin with: each index with its state, up to `LEAK`."""
    share = (1 - LEAK) * np.eye(num_states)[state_of_index] + LEAK / num_states
    return share * np.maximum(index_usage, SMALLEST_SHARE)[:, None]


def most_probable_states(emissions: Emissions) -> np.ndarray:
    """``(L,)`` the state that uses each index most, but every state gets an index of its own."""
    joint = emissions.probs * emissions.usage
    state_of_index = joint.argmax(1)
    indices, states = linear_sum_assignment(-joint)
    state_of_index[indices] = states
    return state_of_index
