"""Smoothed beliefs and expected transition counts of whole sequences."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from .filtering import filter_beliefs

# The smallest probability whose inverse is still harmless in float32.
TINY = 1e-30


class Smoothed(NamedTuple):
    """What the forward and the backward recursion give together.

    Attributes:
        beliefs: `(N, T, K)`, `p(s_t | all observations)`; meaningless at padding.
        transition_counts: `(K, K, U)`, expected number of transitions `[next, current, action]`.
    """

    beliefs: Float[Array, "N T K"]
    transition_counts: Float[Array, "K K U"]


def smooth(
    log_likelihood: Float[Array, "N T K"],
    actions: Int[Array | np.ndarray, "N T"],
    mask: Bool[Array | np.ndarray, "N T"],
    B: Float[Array, "K K U"],
    D: Float[Array, " K"],
) -> Smoothed:
    """Forward-backward algorithm.

    Args:
        log_likelihood: `(N, T, K)`, `log p(x_t | s_t)` up to a constant per step.
        actions: `(N, T)`, `a_t`.
        mask: `(N, T)`, true at observations; padding comes last.
        B: `(K, K, U)`, `p(s_{t+1} | s_t, a_t)`.
        D: `(K,)`, `p(s_0)`.

    Returns:
        Posterior marginals and expected transitions; `t -> t + 1` counts where `t + 1` is an
        observation.
    """
    filtered, predicted = filter_beliefs(log_likelihood, actions, B, D)
    chosen = jax.nn.one_hot(actions, B.shape[-1], dtype=B.dtype)

    def step(carry, at_t):
        smoothed_next, counts = carry
        belief, predicted_next, action, is_observed = at_t
        ratio = smoothed_next / jnp.maximum(predicted_next, TINY)
        ratio = jnp.where(is_observed[:, None], ratio, 0.0)
        counts = counts + B * jnp.einsum("nj,ni,nu->jiu", ratio, belief, action)
        back = belief * jnp.einsum("jiu,nj,nu->ni", B, ratio, action)
        smoothed = jnp.where(is_observed[:, None], back, belief)
        return (smoothed, counts), smoothed

    by_time = (filtered[:, :-1], predicted[:, 1:], chosen[:, :-1], mask[:, 1:])
    by_time = jax.tree.map(lambda array: jnp.swapaxes(array, 0, 1), by_time)
    last = filtered[:, -1]
    (_, counts), earlier = jax.lax.scan(step, (last, jnp.zeros_like(B)), by_time, reverse=True)
    return Smoothed(jnp.concatenate([jnp.swapaxes(earlier, 0, 1), last[:, None]], axis=1), counts)
