"""The evidence objective: negative log evidence of a discrete model under scaled likelihoods.

The encoder's softmax is read as `r(s | x)`. Divided by its mean over the data, `rho(s)`, it is what
Bayes' rule needs: `p(x | s) = p(x) r(s | x) / rho(s)` (Bourlard and Morgan 1994). Leaving out
`p(x)`, the evidence is a lower bound on the information that states carry about time, so an
encoder that uses one state gains nothing: the objective is not won by collapse. It is the
variational free energy of the exact posterior under that likelihood. Nothing here can see a
hidden state.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float
from pymdp.maths import log_stable

from ...agents.models import filtering
from ...agents.models.smoothing import Smoothed, smooth
from ..data.trajectories import Trajectories


def state_usage(
    log_probs: Float[Array, "N T K"], mask: Bool[Array | np.ndarray, "N T"]
) -> Float[Array, " K"]:
    """`rho(s)`, the mean of `r(s | x)` over the observations."""
    weight = mask.astype(log_probs.dtype)
    return jnp.einsum("ntk,nt->k", jnp.exp(log_probs), weight) / weight.sum()


def outcome_pairs(log_probs: Float[Array, "N T O"], data: Trajectories) -> Float[Array, "O O U"]:
    """Expected counts of successive outcomes of the encoder, `[next, current, action]`."""
    probs = jnp.exp(log_probs)
    actions = jax.nn.one_hot(data.actions, data.num_actions)[:, :-1] * data.mask[:, 1:, None]
    return jnp.einsum("ntp,nto,ntu->pou", probs[:, 1:], probs[:, :-1], actions)


def negative_log_evidence(
    log_probs: Float[Array, "N T K"],
    B: Float[Array, "K K U"],
    D: Float[Array, " K"],
    data: Trajectories,
    initial_weight: float | Float[Array, ""] = 1.0,
) -> Float[Array, ""]:
    """Mean negative log evidence per observation, in nats; 0 is what a collapsed encoder gets.

    Args:
        log_probs: `(N, T, K)`, `log r(s | x)`, what the encoder says of the observations.
        B: `(K, K, U)`, `p(s_{t+1} | s_t, a_t)`.
        D: `(K,)`, `p(s_0)` of a sequence.
        data: the sequences.
        initial_weight: 1 lets sequences begin in D; 0 lets them begin like any other observation,
            in rho, which is what pieces of longer episodes need where D is not learned.
    """
    log_evidence = log_evidence_by_sequence(log_probs, B, D, data, initial_weight)
    return -log_evidence.sum() / jnp.sum(data.mask)


def log_evidence_by_sequence(
    log_probs: Float[Array, "N T K"],
    B: Float[Array, "K K U"],
    D: Float[Array, " K"],
    data: Trajectories,
    initial_weight: float | Float[Array, ""] = 1.0,
    outlier_probability: float = 0.0,
) -> Float[Array, " N"]:
    """Log evidence of each sequence, `p(x)` left out; see `negative_log_evidence`.

    `outlier_probability` is how probable it is that an observation says nothing. Above 0, a few
    observations that the encoder is wrongly sure about do not outweigh all others.
    """
    usage = state_usage(log_probs, data.mask)
    initial = initial_weight * D + (1.0 - initial_weight) * usage
    log_likelihood = filtering.scaled_log_likelihood(log_probs, usage)
    if outlier_probability:
        log_likelihood = jnp.logaddexp(
            jnp.log1p(-outlier_probability) + log_likelihood,
            jnp.full_like(log_likelihood, jnp.log(outlier_probability)),
        )
    return log_evidence_under(log_likelihood, B, initial, data)


def log_evidence_under(
    log_likelihood: Float[Array, "N T K"],
    B: Float[Array, "K K U"],
    initial: Float[Array, " K"],
    data: Trajectories,
) -> Float[Array, " N"]:
    """Log evidence of each sequence, given what each observation says about the states.

    Args:
        log_likelihood: `(N, T, K)`, `log p(x | s)` up to a constant per observation.
        B: `(K, K, U)`.
        initial: `(K,)`, what is believed of a sequence's first state.
        data: actions and mask.
    """
    _, priors = filtering.filter_beliefs(log_likelihood, data.actions, B, initial)
    by_step = jax.nn.logsumexp(log_likelihood + log_stable(priors), axis=-1)
    return jnp.where(data.mask, by_step, 0.0).sum(axis=1)


def effective_num_states(usage: Float[Array, " K"]) -> Float[Array, ""]:
    """`exp(entropy(rho))`: K when all states are used alike, 1 in a total collapse."""
    return jnp.exp(-jnp.sum(usage * log_stable(usage)))


def smoothed(
    log_probs: Float[Array, "N T K"],
    B: Float[Array, "K K U"],
    D: Float[Array, " K"],
    data: Trajectories,
    usage: Float[Array, " K"] | None = None,
) -> Smoothed:
    """Smoothed beliefs and transition counts of an encoder's scaled likelihoods.

    `usage` is rho of the data that the encoder was trained on; None: these are those data.
    """
    # r(s | x) holds the usage of the training data. Dividing by the usage of other data would
    # count twice how often an agent is where it wants to be.
    usage = state_usage(log_probs, data.mask) if usage is None else usage
    likelihood = filtering.scaled_log_likelihood(log_probs, usage)
    return smooth(likelihood, data.actions, data.mask, B, D)
