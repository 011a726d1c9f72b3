"""The tutorial's training the tutorial's way: a Python loop, a jitted step, pymdp's own `Agent`.

The peer of our compiled trainer in `aifgym speed`; never used for anything else.
Source: pymdp's tutorial "Training a neural network to transform continuous into discrete
observations for a pymdp Agent", sections 6 and 7, its operations in its order.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.random as jr
from jaxtyping import PRNGKeyArray
from pymdp.agent import Agent

from ...agents import GenerativeModel
from ...agents.encoders.mlp import ObservationEncoder
from ...agents.encoders.protocol import MIN_PROBABILITY, encode
from ...training import Trajectories
from ...training.descent.recipes import TutorialRecipe


def train_eagerly(
    encoder: ObservationEncoder,
    model: GenerativeModel,
    data: Trajectories,
    held_out: Trajectories,
    recipe: TutorialRecipe,
    key: PRNGKeyArray,
) -> tuple[ObservationEncoder, list[tuple[float, float]]]:
    """Trains one encoder.

    Returns:
        The encoder, and the losses on the batch and a held-out one at the checkpoints.
    """
    agent, weight = model.to_pymdp(recipe.batch_size), recipe.temporal_weight
    curves = []
    for step in range(recipe.train_steps):
        key, batch_key, held_out_key = jr.split(key, 3)
        batch = _draw(batch_key, data, recipe.batch_size)
        encoder = _train_step(encoder, agent, batch, recipe)
        if step % recipe.checkpoint_every == 0 or step == recipe.train_steps - 1:
            held_out_batch = _draw(held_out_key, held_out, recipe.batch_size)
            losses = [_objective(encoder, agent, b, weight) for b in (batch, held_out_batch)]
            curves.append(tuple(map(float, losses)))
    return encoder, curves


@eqx.filter_jit
def _train_step(encoder, agent, batch, recipe):
    gradient = eqx.filter_grad(_objective)(encoder, agent, batch, recipe.temporal_weight)
    updates = jax.tree.map(lambda g: -recipe.learning_rate * g, gradient)
    return eqx.apply_updates(encoder, updates)


def _draw(key: PRNGKeyArray, data: Trajectories, batch_size: int) -> Trajectories:
    return data.take(jr.choice(key, len(data.mask), (batch_size,), replace=False))


def _objective(encoder: ObservationEncoder, agent: Agent, batch: Trajectories, weight: float):
    prior, vfe, seen, predicted = agent.D, 0.0, [], []
    for time in range(batch.mask.shape[1]):
        outcome = encode(encoder, batch.observations[:, time])
        seen.append(outcome)
        beliefs, info = agent.infer_states([outcome], empirical_prior=prior, return_info=True)
        vfe = vfe + info["vfe"].mean()
        # It is the list that pymdp's own functions take; only its annotation says more.
        prior = agent.update_empirical_prior(
            jnp.asarray(batch.actions)[:, time, None], list(beliefs)
        )
        predicted.append(prior[0] @ agent.A[0][0].T)
    outcome = jnp.clip(jnp.stack(seen[1:], axis=1), min=MIN_PROBABILITY)
    expected = jnp.clip(jnp.stack(predicted[:-1], axis=1), min=MIN_PROBABILITY)
    expected = expected / expected.sum(axis=-1, keepdims=True)
    divergence = (outcome * (jnp.log(outcome) - jnp.log(expected))).sum(axis=-1)
    return vfe / len(seen) + weight * divergence.mean()
