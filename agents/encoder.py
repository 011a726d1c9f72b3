"""The neural front end: a continuous observation in, logits over outcomes out."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

# Floor of a categorical observation; the tutorial's EPS.
MIN_PROBABILITY = 1e-8


class ObservationEncoder(eqx.Module):
    """A tanh MLP with logits divided by a temperature.

    Source: pymdp's tutorial "Training a neural network to transform continuous into discrete
    observations for a pymdp Agent", section 5, with width 256, depth 3, temperature 0.15.

    Attributes:
        mlp: `(D,) -> (O,)`.
        temperature: divides the MLP's output; below 1 sharpens.
    """

    mlp: eqx.nn.MLP
    temperature: float = eqx.field(static=True)

    def __init__(
        self,
        observation_dim: int,
        num_outcomes: int,
        width: int,
        depth: int,
        temperature: float,
        *,
        key: PRNGKeyArray,
    ) -> None:
        self.mlp = eqx.nn.MLP(
            observation_dim, num_outcomes, width, depth, activation=jnp.tanh, key=key
        )
        self.temperature = temperature

    def __call__(self, observation: Float[Array, " D"]) -> Float[Array, " O"]:
        """Logits of `p(o | x)` for one observation; `jax.vmap` it for more."""
        return self.mlp(observation) / self.temperature


def encode(encoder: ObservationEncoder, observations: Float[Array, "N D"]) -> Float[Array, "N O"]:
    """Categorical observations `p(o | x)`, floored and normalised as in the tutorial."""
    probs = jax.nn.softmax(jax.vmap(encoder)(observations), axis=-1)
    probs = jnp.clip(probs, min=MIN_PROBABILITY)
    return probs / probs.sum(axis=-1, keepdims=True)
