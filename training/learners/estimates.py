"""What a trained encoder and its dynamics say about the data, for the generative model."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import lsq_linear

from ...agents.encoders.protocol import Encoder, log_encode
from ...agents.models.smoothing import TINY
from ..alignment.align import SMALLEST_TRANSITION
from ..alignment.assignment import exchange_gains
from ..data.trajectories import Trajectories
from ..objectives.evidence import outcome_pairs, smoothed, state_usage

# Added to each expected count: no outcome is impossible in a state, and no transition.
PSEUDO_COUNT = 0.1
EM_ITERATIONS = 20


class Estimates(NamedTuple):
    """Label-free estimates from smoothed beliefs.

    Attributes:
        A: `(K, K)`, `p(outcome | state)`, the encoder's own confusion.
        usage: `(K,)`, rho.
        misfit: how far pairs of successive outcomes are from what A and B predict of them, a
            divergence in nats; near 0 where states move as B says.
        information: how far they are from independence, in nats.
        chance: the misfit that so few transitions leave by chance, at most: `K^2 U / 2 N`, the
            mean of half a chi-square over N.
        exchange: the two states whose exchange would explain these pairs best.
        exchange_gain: what it would add to their log likelihood, nats per pair; negative where
            each state is in its place.
        counts: `pA`, `pB`, `pD`, as many as there are observations, transitions and sequences.
    """

    A: np.ndarray
    usage: np.ndarray
    misfit: float
    information: float
    chance: float
    exchange: tuple[int, int]
    exchange_gain: float
    counts: dict[str, np.ndarray]


def estimate(encoder: Encoder, B, D, data: Trajectories) -> Estimates:
    """The encoder's confusion, the usage of its states, and how well they move as B says.

    Args:
        encoder: gives `r(s | x)`.
        B: `(K, K, U)`.
        D: `(K,)`.
        data: sequences.
    """
    expectations = _expectations(encoder, jnp.asarray(B), jnp.asarray(D), data)
    counts, usage, pairs, visits = (np.asarray(array, np.float64) for array in expectations)
    # Sums of 260,000 soft assignments in float32 are off by 1e-4; an agent wants them to add up.
    usage /= usage.sum()
    counts += PSEUDO_COUNT
    A = counts / counts.sum(axis=0)
    predicted = np.einsum("pj,jiu,iu,oi->pou", A, np.asarray(B), visits, A)
    pairs, predicted = pairs / pairs.sum(), predicted / predicted.sum()
    independent = pairs.sum(axis=1)[:, None] * pairs.sum(axis=0) / pairs.sum(axis=(0, 1))
    chance = pairs.size / (2 * data.num_transitions)
    misfit = _divergence(pairs, predicted)
    information = _divergence(pairs, independent)
    learned = {"pA": counts, "pB": np.asarray(B) * visits, "pD": np.asarray(D) * len(data.mask)}
    exchange = _best_exchange(pairs, np.asarray(B))
    return Estimates(A, usage, misfit, information, chance, *exchange, learned)


def _best_exchange(pairs: np.ndarray, B: np.ndarray) -> tuple[tuple[int, int], float]:
    """The two states whose exchange gains most, and how much."""
    log_B = np.log(np.maximum(B, SMALLEST_TRANSITION))
    gains = exchange_gains(pairs, log_B, np.arange(len(B)))
    gains[np.diag_indices(len(B))] = -np.inf
    state, other = np.unravel_index(gains.argmax(), gains.shape)
    return (int(state), int(other)), float(gains.max())


def _divergence(p: np.ndarray, q: np.ndarray) -> float:
    return float(np.sum(p * (np.log(p + TINY) - np.log(q + TINY))))


def fitted_dynamics(
    encoder: Encoder, B, D, data: Trajectories, prior_count: float = 0.0, usage=None
) -> tuple[np.ndarray, np.ndarray]:
    """B and D that are most probable for a trained encoder, by expectation maximisation.

    Gradient descent leaves learned transitions too soft, which costs up to 8 % of the return.

    Args:
        encoder: gives `r(s | x)`.
        B: `(K, K, U)`, where to begin.
        D: `(K,)`, where to begin.
        data: sequences.
        prior_count: how many transitions from each state by each action B stands for: pymdp's
            `pB` is `prior_count * B`. 0 takes B as a start and no more.
        usage: `(K,)`, rho of the data that the encoder was trained on; None: of `data`.
    """
    B = jnp.asarray(B)
    B, D = _maximise(encoder, B, jnp.asarray(D), data, prior_count * B + PSEUDO_COUNT, usage)
    return np.asarray(B), np.asarray(D)


@eqx.filter_jit
def _maximise(encoder, B, D, data, prior_counts, usage):
    log_probs = log_encode(encoder, data.observations)

    def step(dynamics, _):
        B, D = dynamics
        result = smoothed(log_probs, B, D, data, usage)
        counts = result.transition_counts + prior_counts
        starts = result.beliefs[:, 0].sum(axis=0) + PSEUDO_COUNT
        return (counts / counts.sum(axis=0, keepdims=True), starts / starts.sum()), None

    return jax.lax.scan(step, (B, D), length=EM_ITERATIONS)[0]


def estimate_rewards(encoder: Encoder, B, D, data: Trajectories, usage=None) -> np.ndarray:
    """`(K,)` float64, expected reward of reaching each state, scaled to 0..1.

    The rewards that explain the recorded ones best, by least squares: the expected reward of a step
    is that of each state times the belief in it. A mean weighted by beliefs would credit a goal's
    neighbours with its reward wherever observations leave both possible.

    Args:
        encoder: gives `r(s | x)`.
        B: `(K, K, U)`.
        D: `(K,)`.
        data: sequences with rewards.
        usage: `(K,)`, rho of the data that the encoder was trained on; None: of `data`.

    Raises:
        ValueError: no rewards were recorded, or all are equal.
    """
    if data.rewards is None:
        raise ValueError("preferences='reward' needs trajectories with rewards")
    mask = np.asarray(data.mask)[:, 1:]
    rewards = np.asarray(data.rewards, np.float64)[:, :-1][mask]
    if np.ptp(rewards) < 1e-9:
        raise ValueError("preferences='reward' needs rewards that differ between states")
    beliefs = np.asarray(_beliefs(encoder, jnp.asarray(B), jnp.asarray(D), data, usage))
    by_state = _least_squares(beliefs[:, 1:][mask].astype(np.float64), rewards)
    if np.ptp(by_state) < 1e-9:
        raise ValueError("preferences='reward' needs rewards that differ between states")
    return (by_state - by_state.min()) / np.ptp(by_state)


def _least_squares(beliefs: np.ndarray, rewards: np.ndarray) -> np.ndarray:
    """Reward of each state, within those recorded; where nothing was learned, their mean."""
    num_states = beliefs.shape[1]
    prior = np.column_stack([np.eye(num_states), np.full(num_states, rewards.mean())])
    rows = np.vstack([np.column_stack([beliefs, rewards]), np.sqrt(PSEUDO_COUNT) * prior])
    triangle = np.asarray(np.linalg.qr(rows, mode="r"))  # the same solution from K + 1 rows
    bounds = rewards.min(), rewards.max()
    return lsq_linear(triangle[:, :-1], triangle[:, -1], bounds, method="bvls").x


@eqx.filter_jit
def _beliefs(encoder, B, D, data, usage):
    return smoothed(log_encode(encoder, data.observations), B, D, data, usage).beliefs


@eqx.filter_jit
def _expectations(encoder, B, D, data):
    log_probs = log_encode(encoder, data.observations)
    probs = jnp.exp(log_probs)
    result = smoothed(log_probs, B, D, data)
    beliefs = result.beliefs * data.mask[:, :, None]
    counts = jnp.einsum("nto,ntk->ok", probs, beliefs)
    visits = result.transition_counts.sum(axis=0)
    return counts, state_usage(log_probs, data.mask), outcome_pairs(log_probs, data), visits
