"""A mixture of prototypes as an encoder of agents: one discretisation, compiled."""

from typing import ClassVar, Self

import equinox as eqx
import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from .mixture import NUM_NEAREST, SHARPNESS
from .neural import checked_array
from .protocol import MIN_PROBABILITY


class MixtureEncoder(eqx.Module):
    """Posterior of a mixture with one component per prototype, over linear features.

    Outcomes are the prototypes, and a last one, "ended", that no observation shows.

    Attributes:
        shift: `(D,)`.
        matrix: `(D, F)`; features are `(x - shift) @ matrix`.
        prototypes: `(K, F)`.
        spacing: `(K,)`, how far a prototype's neighbours are.
    """

    kind: ClassVar[str] = "mixture"
    shift: Float[Array, " D"]
    matrix: Float[Array, "D F"]
    prototypes: Float[Array, "K F"]
    spacing: Float[Array, " K"]
    order: Int[Array, " O"]

    def __init__(self, shift, matrix, prototypes, spacing, order=None) -> None:
        self.shift, self.matrix = jnp.asarray(shift, "f"), jnp.asarray(matrix, "f")
        self.prototypes, self.spacing = jnp.asarray(prototypes, "f"), jnp.asarray(spacing, "f")
        self.order = jnp.arange(len(prototypes) + 1) if order is None else jnp.asarray(order)

    @property
    def observation_space(self) -> gym.spaces.Box:
        """Vectors `(D,)`."""
        return gym.spaces.Box(-np.inf, np.inf, self.shift.shape, np.float32)

    @property
    def num_outcomes(self) -> int:
        """O, the prototypes and "ended"."""
        return len(self.order)

    def logits(self, observations: Float[Array, "N D"]) -> Float[Array, "N O"]:
        """`log p(o | x)` up to a constant per observation."""
        features = (observations - self.shift[None]) @ self.matrix
        difference = features[:, None] - self.prototypes[None]
        squared = (difference**2).sum(axis=-1)
        count = min(NUM_NEAREST, squared.shape[1])
        nearest = jax.lax.top_k(-squared, count)[1]
        logits = -SHARPNESS * squared / self.spacing.mean() ** 2
        lowest = jnp.take_along_axis(logits, nearest[:, -1:], axis=1)
        logits = jnp.where(logits < lowest, -jnp.inf, logits)
        floor = logits.max(axis=1, keepdims=True) + jnp.log(MIN_PROBABILITY)
        logits = jnp.concatenate([jnp.maximum(logits, floor), floor], axis=1)
        return logits[:, self.order]

    def permuted(self, order: np.ndarray) -> Self:
        """The encoder whose outcome `o` is this one's outcome `order[o]`."""
        return eqx.tree_at(lambda e: e.order, self, self.order[jnp.asarray(order)])

    def config(self) -> dict:
        """Nothing: all is in the arrays."""
        return {}

    def arrays(self) -> dict[str, np.ndarray]:
        """Features, prototypes, spacing and order."""
        names = ("shift", "matrix", "prototypes", "spacing", "order")
        return {name: np.asarray(getattr(self, name)) for name in names}

    @classmethod
    def restored(cls, config: dict, arrays: dict[str, np.ndarray]) -> Self:
        """The encoder that gave `arrays`.

        Raises:
            ValueError, KeyError: an array is missing, of another shape or not finite.
        """
        num, width = arrays["prototypes"].shape
        dim = len(arrays["shift"])
        shapes = {
            "shift": (dim,),
            "matrix": (dim, width),
            "prototypes": (num, width),
            "spacing": (num,),
        }
        if set(arrays) != {*shapes, "order"}:
            raise ValueError(f"arrays of a mixture must be {[*shapes, 'order']}")
        checked = {name: checked_array(name, arrays[name], shape) for name, shape in shapes.items()}
        order = arrays["order"]
        if sorted(order.tolist()) != list(range(num + 1)) or (arrays["spacing"] <= 0).any():
            raise ValueError("order must be a permutation of the outcomes, spacing above 0")
        return cls(**checked, order=order)

    def __repr__(self) -> str:
        return f"mixture of {len(self.prototypes)} prototypes"
