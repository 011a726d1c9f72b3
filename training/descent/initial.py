"""Untrained encoders and dynamics, several side by side."""

import equinox as eqx
import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Float, PRNGKeyArray

from ...agents.encoders.protocol import TrainableEncoder
from .adam import AdamState, Parameters, begin
from .recipes import Recipe


@eqx.filter_jit
def start(
    key: PRNGKeyArray,
    template: TrainableEncoder,
    recipe: Recipe,
    B_logits: Float[Array, "K K U"] | None,
    num_states: int,
    num_actions: int,
) -> AdamState:
    """`recipe.num_restarts` independent restarts, stacked along a first axis.

    Args:
        key: of all of them.
        template: an encoder that gives shapes and the standardisation of the inputs.
        recipe: gives the number of restarts and the gain of the output layer.
        B_logits: of known dynamics; None draws almost uniform ones.
        num_states: number of latent indices.
        num_actions: U.
    """

    def one(key):
        key_encoder, key_dynamics, key_noise = jr.split(key, 3)
        logits = B_logits
        if logits is None:
            logits = 0.1 * jr.normal(key_dynamics, (num_states, num_states, num_actions))
        encoder = template.drawn(key_encoder, recipe.output_gain)
        return begin(Parameters(encoder, logits, jnp.zeros(num_states)), key_noise)

    return eqx.filter_vmap(one)(jr.split(key, recipe.num_restarts))
