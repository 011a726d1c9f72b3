"""The neural front end: a continuous observation in, logits over outcomes out."""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

# Floor of a categorical observation; the tutorial's EPS.
MIN_PROBABILITY = 1e-8


class ObservationEncoder(eqx.Module):
    """A tanh MLP on standardised observations, its logits divided by a temperature.

    Source: pymdp's tutorial "Training a neural network to transform continuous into discrete
    observations for a pymdp Agent", section 5, with width 256, depth 3, temperature 0.15, and
    observations as they are.

    Attributes:
        mlp: `(D,) -> (L,)`.
        input_shift: `(D,)`, subtracted from an observation. Not trained.
        input_scale: `(D,)`, divides the difference. Not trained.
        merge: `(L, O)`, `p(outcome | index)`, where the MLP has more indices than there are
            outcomes; None where they are the same. Not trained.
        temperature: divides the MLP's output; below 1 sharpens.
    """

    mlp: eqx.nn.MLP
    input_shift: Float[Array, " D"]
    input_scale: Float[Array, " D"]
    merge: Float[Array, "L O"] | None
    temperature: float = eqx.field(static=True)

    def __init__(
        self,
        observation_dim: int,
        num_indices: int,
        width: int,
        depth: int,
        temperature: float = 1.0,
        *,
        key: PRNGKeyArray,
    ) -> None:
        if not 0 < temperature < math.inf:
            raise ValueError(f"temperature must be above 0 and finite, got {temperature}")
        self.mlp = eqx.nn.MLP(
            observation_dim, num_indices, width, depth, activation=jnp.tanh, key=key
        )
        self.input_shift = jnp.zeros(observation_dim)
        self.input_scale = jnp.ones(observation_dim)
        self.merge = None
        self.temperature = temperature

    @property
    def num_outcomes(self) -> int:
        """O."""
        return self.mlp.out_size if self.merge is None else self.merge.shape[-1]

    def __call__(self, observation: Float[Array, " D"]) -> Float[Array, " O"]:
        """Logits of `p(o | x)` for one observation; `jax.vmap` it for more."""
        shift, scale = jax.lax.stop_gradient((self.input_shift, self.input_scale))
        logits = self.mlp((observation - shift) / scale) / self.temperature
        if self.merge is None:
            return logits
        merged = jax.nn.softmax(logits) @ jax.lax.stop_gradient(self.merge)
        return jnp.log(jnp.maximum(merged, MIN_PROBABILITY))


def log_encode(
    encoder: ObservationEncoder, observations: Float[Array, "*batch D"]
) -> Float[Array, "*batch O"]:
    """`log p(o | x)`, normalised, of any batch of observations."""
    flat = observations.reshape(-1, observations.shape[-1])
    log_probs = jax.nn.log_softmax(jax.vmap(encoder)(flat), axis=-1)
    return log_probs.reshape(*observations.shape[:-1], -1)


def encode(
    encoder: ObservationEncoder, observations: Float[Array, "*batch D"]
) -> Float[Array, "*batch O"]:
    """Categorical observations `p(o | x)`, floored and normalised as in the tutorial."""
    probs = jnp.clip(jnp.exp(log_encode(encoder, observations)), min=MIN_PROBABILITY)
    return probs / probs.sum(axis=-1, keepdims=True)
