"""Label-free training objectives. Nothing here can see a hidden state."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float
from pymdp.maths import log_stable

from ...agents.encoders.protocol import MIN_PROBABILITY
from ...agents.models import filtering
from ..data.trajectories import Trajectories


class DiscreteModel(NamedTuple):
    """The part of a generative model that training needs, as arrays.

    Attributes:
        A: `(O, K)`, `p(o_t | s_t)`.
        B: `(K, K, U)`, `p(s_{t+1} | s_t, a_t)`.
        D: `(K,)`, `p(s_0)` of a sequence.
    """

    A: Float[Array, "O K"]
    B: Float[Array, "K K U"]
    D: Float[Array, " K"]


class TutorialLoss(NamedTuple):
    """Terms of the tutorial's objective, scalars in nats."""

    total: Float[Array, ""]
    vfe: Float[Array, ""]
    temporal_kl: Float[Array, ""]


def sequence_beliefs(
    outcome: Float[Array, "N T O"], model: DiscreteModel, trajectories: Trajectories
) -> Float[Array, "N T K"]:
    """Filtered `q(s_t)` of whole sequences, whose categorical observations are `outcome`."""
    log_likelihood = filtering.state_log_likelihood(outcome, model.A)
    return filtering.filter_beliefs(log_likelihood, trajectories.actions, model.B, model.D)[0]


def tutorial_objective(
    outcome: Float[Array, "N T O"],
    model: DiscreteModel,
    trajectories: Trajectories,
    temporal_weight: float,
) -> TutorialLoss:
    """Mean variational free energy plus weighted temporal consistency.

    Source: pymdp's tutorial, section 6 `sequence_loss_terms`. The temporal term is the mean
    divergence of the categorical observation from the one that the dynamics predict,
    `KL(o_{t+1} || A p(s_{t+1} | a_t, past))`.

    Args:
        outcome: `(N, T, O)`, categorical observations, `encode` of the network in training.
        model: the fixed discrete model.
        trajectories: a batch; padded steps do not count.
        temporal_weight: weight of the temporal term.

    Returns:
        The total and its two terms.
    """
    log_likelihood = filtering.state_log_likelihood(outcome, model.A)
    beliefs, priors = filtering.filter_beliefs(
        log_likelihood, trajectories.actions, model.B, model.D
    )
    vfe = filtering.variational_free_energy(beliefs, log_likelihood, priors)
    divergence = _divergence(outcome[:, 1:], priors[:, 1:] @ model.A.T)
    mean_vfe = _masked_mean(vfe, trajectories.mask)
    temporal_kl = _masked_mean(divergence, trajectories.mask[:, 1:])
    return TutorialLoss(mean_vfe + temporal_weight * temporal_kl, mean_vfe, temporal_kl)


def _divergence(
    outcome: Float[Array, "*batch O"], predicted: Float[Array, "*batch O"]
) -> Float[Array, "*batch"]:
    predicted = jnp.clip(predicted, min=MIN_PROBABILITY)
    predicted = predicted / predicted.sum(axis=-1, keepdims=True)
    difference = jnp.asarray(log_stable(outcome)) - jnp.asarray(log_stable(predicted))
    return jnp.sum(outcome * difference, axis=-1)


def _masked_mean(values: Float[Array, "N T"], mask) -> Float[Array, ""]:
    return jnp.sum(jnp.where(mask, values, 0.0)) / jnp.maximum(jnp.sum(mask), 1)
