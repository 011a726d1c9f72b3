"""A plain function as an encoder."""

from collections.abc import Callable
from typing import ClassVar

import equinox as eqx
import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


class CheckedFunction:
    """A function from observations `(N, ...)` to `log p(x | o)` `(N, O)`, in NumPy or JAX.

    Attributes:
        function: the function; a constant per observation does not matter.
        space: of one observation.
        num_outcomes: O.
    """

    def __init__(self, function: Callable, space: gym.Space, num_outcomes: int) -> None:
        self.function, self.space, self.num_outcomes = function, space, num_outcomes

    def __call__(self, observations: np.ndarray) -> np.ndarray:
        """What the function returns, float32.

        Raises:
            ValueError: it has another shape than `(N, O)`, or a value that is not a number.
        """
        result = np.asarray(self.function(np.asarray(observations)), np.float32)
        name = getattr(self.function, "__name__", type(self.function).__name__)
        if result.shape != (len(observations), self.num_outcomes):
            wanted = (len(observations), self.num_outcomes)
            raise ValueError(f"encoder {name} must return shape {wanted}, got {result.shape}")
        if np.isnan(result).any():
            raise ValueError(f"encoder {name} returned a value that is not a number")
        return result


class FunctionEncoder(eqx.Module):
    """A plain function with the methods of an encoder that acting needs.

    Compiled code calls it back. Agent files cannot hold it, and it is not trained.

    Attributes:
        function: the function, its space and its number of outcomes.
    """

    kind: ClassVar[None] = None
    function: CheckedFunction = eqx.field(static=True)

    @property
    def observation_space(self) -> gym.Space:
        """As given."""
        return self.function.space

    @property
    def num_outcomes(self) -> int:
        """O."""
        return self.function.num_outcomes

    def logits(self, observations) -> Float[Array, "N O"]:
        """What the function returns."""
        shape = jax.ShapeDtypeStruct((len(observations), self.num_outcomes), jnp.float32)
        return jax.pure_callback(self.function, shape, observations)

    def config(self) -> dict:
        """TypeError: code is not stored."""
        raise TypeError(f"encoder {self!r} is a plain function, which agent files cannot hold")

    @property
    def num_multiplications(self) -> int:
        """0: what it costs is its own affair."""
        return 0

    def numpy_logits(self, observations: np.ndarray) -> np.ndarray:
        """What the function returns."""
        return self.function(observations)

    def __repr__(self) -> str:
        function = self.function.function
        return getattr(function, "__name__", type(function).__name__)
