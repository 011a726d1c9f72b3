"""The encoder of vectors: a multilayer perceptron."""

from typing import ClassVar, Self

import equinox as eqx
import gymnasium as gym
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from ..numpy_maths import softmax
from .neural import MAX_DEPTH, NeuralEncoder, check_sizes, check_temperature
from .protocol import MIN_PROBABILITY

# Trajectories that vary less are refused; float32 rounds.
SMALLEST_SCALE = 0.9e-12


class ObservationEncoder(NeuralEncoder):
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

    kind: ClassVar[str] = "mlp"
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
        check_sizes(observation_dim=observation_dim, num_indices=num_indices, width=width)
        if type(depth) is not int or not 0 <= depth <= MAX_DEPTH:
            raise ValueError(f"depth must be an integer in 0..{MAX_DEPTH}, got {depth!r:.40}")
        check_temperature(temperature)
        self.mlp = eqx.nn.MLP(
            observation_dim, num_indices, width, depth, activation=jnp.tanh, key=key
        )
        self.input_shift = jnp.zeros(observation_dim)
        self.input_scale = jnp.ones(observation_dim)
        self.merge = None
        self.temperature = temperature

    @property
    def observation_space(self) -> gym.spaces.Box:
        """Vectors `(D,)`, float32."""
        return gym.spaces.Box(-np.inf, np.inf, (int(self.mlp.in_size),), np.float32)

    @property
    def num_outcomes(self) -> int:
        """O."""
        return int(self.mlp.out_size) if self.merge is None else self.merge.shape[-1]

    def index_logits(self, observations: Float[Array, "N D"]) -> Float[Array, "N L"]:
        """What the network says of each index, before the temperature."""
        shift, scale = jax.lax.stop_gradient((self.input_shift, self.input_scale))
        return jax.vmap(lambda observation: self.mlp((observation - shift) / scale))(observations)

    def with_indices(self, order: np.ndarray) -> Self:
        """The encoder whose index `i` is this one's index `order[i]`."""
        layer = tuple(jnp.take(leaf, order, axis=0) for leaf in _last_layer(self))
        return eqx.tree_at(_last_layer, self, layer)

    def config(self) -> dict:
        """Sizes and temperature."""
        return {
            "observation_dim": self.mlp.in_size,
            "num_indices": self.mlp.out_size,
            "width": self.mlp.width_size,
            "depth": self.mlp.depth,
            "temperature": self.temperature,
        }

    def standardised(self, observations: np.ndarray) -> Self:
        """The encoder with mean and standard deviation of observations `(M, D)` as its scale."""
        statistics = jnp.asarray(observations.mean(axis=0)), jnp.asarray(observations.std(axis=0))
        return eqx.tree_at(lambda e: (e.input_shift, e.input_scale), self, statistics)

    def drawn(self, key: PRNGKeyArray, output_gain: float) -> Self:
        """Weights uniform within `1 / sqrt(fan_in)`, as `equinox.nn.MLP` draws them.

        From one draw: to compile one generator per layer would take longer than the training.
        """
        sizes = [layer.weight.shape for layer in self.mlp.layers]
        draw = jr.uniform(key, (sum(rows * (cols + 1) for rows, cols in sizes),), minval=-1.0)
        leaves, first = [], 0
        for index, (rows, columns) in enumerate(sizes):
            gain = output_gain if index == len(sizes) - 1 else 1.0
            last = first + rows * (columns + 1)
            block = gain / columns**0.5 * draw[first:last].reshape(rows, columns + 1)
            leaves += [block[:, :-1], block[:, -1]]
            first = last
        return eqx.tree_at(_weights, self, leaves)

    def check(self) -> None:
        """Raises ValueError where an array is not usable; the message names it."""
        super().check()
        smallest = np.asarray(self.input_scale).min()
        if smallest < SMALLEST_SCALE:
            raise ValueError(
                f"input_scale must be at least {SMALLEST_SCALE:g}, got {smallest:g}: observations "
                "that hardly vary need other units"
            )

    def perturbed(self, observations, size, key: PRNGKeyArray):
        """Observations `(..., D)` plus Gaussian noise of `size` times the input scale."""
        noise = size * jr.normal(key, observations.shape)
        return observations + jnp.broadcast_to(self.input_scale, noise.shape) * noise

    @property
    def num_multiplications(self) -> int:
        """Of `numpy_logits` for one observation."""
        return sum(layer.weight.size for layer in self.mlp.layers)

    def numpy_logits(self, observations: np.ndarray) -> np.ndarray:
        """`logits` in NumPy, on an encoder whose arrays are NumPy's."""
        hidden = (observations - self.input_shift) / self.input_scale
        *layers, last = self.mlp.layers
        for layer in layers:
            hidden = np.tanh(_linear(layer, hidden))
        logits = _linear(last, hidden) / np.float32(self.temperature)
        if self.merge is None:
            return logits
        return np.log(np.maximum(softmax(logits) @ self.merge, MIN_PROBABILITY))

    def __repr__(self) -> str:
        return f"{self.mlp.width_size} x {self.mlp.depth}"


def _linear(layer: eqx.nn.Linear, inputs: np.ndarray) -> np.ndarray:
    # A matrix product would start BLAS's threads, which wait for each other on a busy machine.
    return np.vecdot(layer.weight, inputs[:, None]) + layer.bias


def _last_layer(encoder: ObservationEncoder) -> tuple:
    return encoder.mlp.layers[-1].weight, encoder.mlp.layers[-1].bias


def _weights(encoder: ObservationEncoder) -> list:
    return [leaf for layer in encoder.mlp.layers for leaf in (layer.weight, layer.bias)]
