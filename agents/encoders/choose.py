"""Which encoder fits a space of observations."""

import gymnasium as gym
import numpy as np
from jaxtyping import PRNGKeyArray

from .composite import CompositeEncoder
from .convolutional import ConvolutionalEncoder
from .mlp import ObservationEncoder
from .one_hot import OneHotEncoder
from .protocol import TrainableEncoder


def choose_encoder(
    space: gym.Space, num_indices: int, width: int, depth: int, key: PRNGKeyArray
) -> TrainableEncoder:
    """An untrained encoder for observations of a space.

    Vectors get a multilayer perceptron, `uint8` images `(H, W, C)` convolutions, `Discrete` a
    table, `Dict` and `Tuple` one encoder per part. `TrainConfig(encoder=...)` takes any function
    with these arguments in its place.

    Args:
        space: of one observation.
        num_indices: number of outcomes that it tells apart.
        width: of hidden layers.
        depth: number of hidden layers, where that can be chosen.
        key: of the initial weights.

    Raises:
        TypeError: there is no encoder for such a space.
    """
    if isinstance(space, gym.spaces.Dict):
        return CompositeEncoder(
            {
                name: choose_encoder(part, num_indices, width, depth, key)
                for name, part in space.spaces.items()
            }
        )
    if isinstance(space, gym.spaces.Tuple):
        parts = (choose_encoder(part, num_indices, width, depth, key) for part in space.spaces)
        return CompositeEncoder(tuple(parts))
    if isinstance(space, gym.spaces.Discrete) and space.start == 0:
        return OneHotEncoder(int(space.n), num_indices, key=key)
    if isinstance(space, gym.spaces.Box):
        if len(space.shape) == 1:
            return ObservationEncoder(space.shape[0], num_indices, width, depth, key=key)
        if len(space.shape) == 3 and space.dtype == np.uint8:
            return ConvolutionalEncoder(space.shape, num_indices, key=key)
    raise TypeError(
        "observation_space must be a Box of shape (D,), a uint8 Box of shape (H, W, C), a Discrete "
        f"that starts at 0, or a Dict or Tuple of these, got {space}"
    )
