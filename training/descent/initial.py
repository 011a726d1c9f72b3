"""Untrained encoders and dynamics, several side by side."""

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from ...agents.encoders.mlp import ObservationEncoder
from ..data.trajectories import Trajectories
from .adam import Parameters, TrainState, begin
from .recipes import Recipe


def template(data: Trajectories, num_indices: int, recipe: Recipe) -> ObservationEncoder:
    """An encoder of the recipe's size that standardises as the data need it."""
    seen = np.asarray(data.observations)[np.asarray(data.mask)]
    encoder = ObservationEncoder(
        seen.shape[1], num_indices, recipe.encoder_width, recipe.encoder_depth,
        key=jax.random.key(0),
    )  # fmt: skip
    statistics = jnp.asarray(seen.mean(axis=0)), jnp.asarray(seen.std(axis=0))
    return eqx.tree_at(lambda e: (e.input_shift, e.input_scale), encoder, statistics)


@eqx.filter_jit
def start(
    key: PRNGKeyArray,
    template: ObservationEncoder,
    recipe: Recipe,
    B_logits: Float[Array, "K K U"] | None,
    num_states: int,
    num_actions: int,
) -> TrainState:
    """`recipe.num_restarts` independent beginnings, stacked along a first axis.

    Args:
        key: of all of them.
        template: gives shapes and the standardisation of the inputs.
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
        encoder = _random_encoder(key_encoder, template, recipe.output_gain)
        return begin(Parameters(encoder, logits, jnp.zeros(num_states)), key_noise)

    return eqx.filter_vmap(one)(jr.split(key, recipe.num_restarts))


def _random_encoder(key, template: ObservationEncoder, output_gain: float) -> ObservationEncoder:
    """Weights uniform within `1 / sqrt(fan_in)`, as `equinox.nn.MLP` draws them, from one draw.

    To compile one generator per layer would take longer than the training.
    """
    sizes = [(layer.out_features, layer.in_features) for layer in template.mlp.layers]
    draw = jr.uniform(key, (sum(rows * (columns + 1) for rows, columns in sizes),), minval=-1.0)
    leaves, first = [], 0
    for index, (rows, columns) in enumerate(sizes):
        gain = output_gain if index == len(sizes) - 1 else 1.0
        last = first + rows * (columns + 1)
        block = gain / columns**0.5 * draw[first:last].reshape(rows, columns + 1)
        leaves += [block[:, :-1], block[:, -1]]
        first = last

    def weights(encoder: ObservationEncoder) -> list:
        return [leaf for layer in encoder.mlp.layers for leaf in (layer.weight, layer.bias)]

    return eqx.tree_at(weights, template, leaves)
