"""Trajectories simulated in a known world, with the hidden states for whoever judges."""

import jax
import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Int, PRNGKeyArray

from ...agents.encoders.protocol import MIN_PROBABILITY
from ...envs.known_world import GaussianWorld
from .trajectories import Trajectories


def simulate(
    world: GaussianWorld, num_sequences: int, sequence_length: int, key: PRNGKeyArray
) -> tuple[Trajectories, Int[Array, "N T"]]:
    """Random actions from balanced starts: each state begins equally many sequences.

    Source: pymdp's tutorial, section 4 `simulate_gaussian_sequences`, draw for draw.

    Args:
        world: what to simulate; where its episodes start and what it rewards play no part.
        num_sequences: N.
        sequence_length: T.
        key: JAX key.

    Returns:
        The trajectories, and the hidden states `(N, T)` int32 for whoever measures accuracy.
    """
    means, B = jnp.asarray(world.means, jnp.float32), jnp.asarray(world.transition_matrix)
    return _simulate(means, B, world.emission_scale, num_sequences, sequence_length, key)


@jax.jit(static_argnums=(3, 4))
def _simulate(means, B, scale, num_sequences, sequence_length, key):
    key_init, key_loop = jr.split(key)
    balanced = jnp.arange(num_sequences, dtype=jnp.int32) % len(means)
    first = balanced[jr.permutation(key_init, num_sequences)]

    def step(carry, _):
        state, key = carry
        key, key_action, key_noise, key_next = jr.split(key, 4)
        action = jr.randint(key_action, (num_sequences,), 0, B.shape[-1], dtype=jnp.int32)
        noise = jr.normal(key_noise, (num_sequences, means.shape[1]))
        log_probs = jnp.log(jnp.clip(B[:, state, action].T, min=MIN_PROBABILITY))
        drawn = jax.vmap(jr.categorical)(jr.split(key_next, num_sequences), log_probs)
        return (drawn.astype(jnp.int32), key), (means[state] + scale * noise, action, state)

    _, by_time = jax.lax.scan(step, (first, key_loop), length=sequence_length)
    observations, actions, states = (jnp.swapaxes(array, 0, 1) for array in by_time)
    mask = jnp.ones(actions.shape, bool)
    return Trajectories(observations, actions, mask, num_actions=B.shape[-1]), states
