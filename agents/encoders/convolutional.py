"""The encoder of images: a few convolutions, then a linear layer."""

from typing import ClassVar, Self

import equinox as eqx
import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from .neural import MAX_DEPTH, NeuralEncoder, check_sizes, check_temperature

KERNEL, STRIDE = 3, 2


class ConvolutionalEncoder(NeuralEncoder):
    """Convolutions of 3 x 3 with stride 2 and ReLU, then one hidden and one output layer.

    Attributes:
        convolutions: one for each number of channels.
        head: `(features,) -> (L,)`.
        image_shape: `(H, W, C)`, of `uint8` images, scaled by 255.
        merge: as of `ObservationEncoder`.
        temperature: divides the logits.
    """

    kind: ClassVar[str] = "convolutional"
    convolutions: tuple[eqx.nn.Conv2d, ...]
    head: eqx.nn.MLP
    image_shape: tuple[int, int, int] = eqx.field(static=True)
    merge: Float[Array, "L O"] | None
    temperature: float = eqx.field(static=True)

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        num_indices: int,
        channels: tuple[int, ...] = (16, 32),
        width: int = 64,
        temperature: float = 1.0,
        *,
        key: PRNGKeyArray,
    ) -> None:
        if len(channels) > MAX_DEPTH:
            raise ValueError(f"channels must be at most {MAX_DEPTH} numbers, got {len(channels)}")
        if len(image_shape) != 3:
            raise ValueError(f"image_shape must be (H, W, C), got {image_shape}")
        height, columns, depth = image_shape
        check_sizes(height=height, width_of_image=columns, channels_of_image=depth, width=width)
        check_sizes(
            num_indices=num_indices, **{f"channels[{i}]": n for i, n in enumerate(channels)}
        )
        check_temperature(temperature)
        *keys, head_key = jax.random.split(key, len(channels) + 1)
        sizes = [depth, *channels]
        self.convolutions = tuple(
            eqx.nn.Conv2d(before, after, KERNEL, STRIDE, padding=1, key=layer_key)
            for before, after, layer_key in zip(sizes[:-1], sizes[1:], keys)
        )
        for _ in channels:
            height, columns = (-(-height // STRIDE), -(-columns // STRIDE))
        self.head = eqx.nn.MLP(
            height * columns * sizes[-1], num_indices, width, 1, activation=jnp.tanh, key=head_key
        )
        rows, columns, depth = map(int, image_shape)
        self.image_shape = rows, columns, depth
        self.merge, self.temperature = None, temperature

    @property
    def observation_space(self) -> gym.spaces.Box:
        """Images `(H, W, C)`, uint8."""
        return gym.spaces.Box(0, 255, self.image_shape, np.uint8)

    @property
    def num_outcomes(self) -> int:
        """O."""
        return int(self.head.out_size) if self.merge is None else self.merge.shape[-1]

    def index_logits(self, observations) -> Float[Array, "N L"]:
        """What the network says of each index, before the temperature."""

        def one(image):
            features = jnp.moveaxis(image.astype(jnp.float32) / 255.0, -1, 0)
            for convolution in self.convolutions:
                features = jax.nn.relu(convolution(features))
            return self.head(features.reshape(-1))

        return jax.vmap(one)(observations)

    def with_indices(self, order: np.ndarray) -> Self:
        """The encoder whose index `i` is this one's index `order[i]`."""
        layer = tuple(jnp.take(leaf, order, axis=0) for leaf in _last_layer(self))
        return eqx.tree_at(_last_layer, self, layer)

    def config(self) -> dict:
        """Sizes and temperature."""
        return {
            "image_shape": list(self.image_shape),
            "num_indices": self.head.out_size,
            "channels": [layer.out_channels for layer in self.convolutions],
            "width": self.head.width_size,
            "temperature": self.temperature,
        }

    def drawn(self, key: PRNGKeyArray, output_gain: float) -> Self:
        """New weights, those of the output layer times `output_gain`."""
        fresh = type(self)(**self.config(), key=key)
        scaled = tuple(output_gain * leaf for leaf in _last_layer(fresh))
        fresh = eqx.tree_at(_last_layer, fresh, scaled)
        return fresh if self.merge is None else fresh.merged(self.merge)

    def __repr__(self) -> str:
        channels = ", ".join(str(layer.out_channels) for layer in self.convolutions)
        return f"convolutions of {channels} channels"


def _last_layer(encoder: ConvolutionalEncoder) -> tuple:
    return encoder.head.layers[-1].weight, encoder.head.layers[-1].bias
