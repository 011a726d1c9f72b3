"""Encoders of discrete observations, a table, at first the identity, and of what is never seen."""

from typing import Any, ClassVar, Self

import equinox as eqx
import gymnasium as gym
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray
from pymdp.maths import log_stable

from ..numpy_maths import softmax
from .neural import NeuralEncoder, check_sizes, check_temperature
from .protocol import MIN_PROBABILITY


class OneHotEncoder(NeuralEncoder):
    """Observations that are numbers `0 .. n - 1`, as outcomes.

    Without `num_indices` the outcome is the observation itself. With it, each value of the
    observation has logits over that many indices, which training finds.

    Attributes:
        table: `(n, L)`, logits of the indices for each value of the observation.
        merge: as of `ObservationEncoder`.
        temperature: divides the logits.
    """

    kind: ClassVar[str] = "one_hot"
    table: Float[Array, "n L"]
    merge: Float[Array, "L O"] | None
    temperature: float = eqx.field(static=True)

    def __init__(
        self,
        num_values: int,
        num_indices: int | None = None,
        temperature: float = 1.0,
        *,
        key: PRNGKeyArray | None = None,
    ) -> None:
        check_sizes(num_values=num_values, num_indices=num_indices or num_values)
        check_temperature(temperature)
        if num_indices is None or key is None:
            num_indices = num_indices or num_values
            # What is seen as it is, is certain: but for pymdp's floor, as in its own evidence.
            self.table = jnp.asarray(log_stable(jnp.eye(num_values, num_indices)))
        else:
            self.table = jr.normal(key, (num_values, num_indices))
        self.merge, self.temperature = None, temperature

    @property
    def observation_space(self) -> gym.spaces.Discrete:
        """Numbers `0 .. n - 1`."""
        return gym.spaces.Discrete(self.table.shape[0])

    @property
    def num_outcomes(self) -> int:
        """O."""
        return self.table.shape[1] if self.merge is None else self.merge.shape[-1]

    def index_logits(self, observations: Int[Array, " N"]) -> Float[Array, "N L"]:
        """The rows of the table."""
        return jnp.take(self.table, observations, axis=0)

    def with_indices(self, order: np.ndarray) -> Self:
        """The encoder whose index `i` is this one's index `order[i]`."""
        return eqx.tree_at(lambda e: e.table, self, jnp.take(self.table, order, axis=1))

    def config(self) -> dict:
        """Sizes and temperature."""
        num_values, num_indices = self.table.shape
        return {
            "num_values": num_values,
            "num_indices": num_indices,
            "temperature": self.temperature,
        }

    def drawn(self, key: PRNGKeyArray, output_gain: float) -> Self:
        """Normal logits, times `output_gain`."""
        table = output_gain * jr.normal(key, self.table.shape)
        return eqx.tree_at(lambda e: e.table, self, table)

    @property
    def num_multiplications(self) -> int:
        """Of `numpy_logits` for one observation."""
        return self.table.shape[1]

    def numpy_logits(self, observations: np.ndarray) -> np.ndarray:
        """`logits` in NumPy, on an encoder whose arrays are NumPy's."""
        table: Any = self.table
        logits = table[observations] / np.float32(self.temperature)
        if self.merge is None:
            return logits
        return np.log(np.maximum(softmax(logits) @ self.merge, MIN_PROBABILITY))

    def __repr__(self) -> str:
        return f"table of {self.table.shape[0]} x {self.table.shape[1]}"


class UnseenEncoder(eqx.Module):
    """The place of a modality that is never seen: it says nothing about any outcome.

    Attributes:
        num_outcomes: O.
    """

    kind: ClassVar[str] = "unseen"
    observation_space: ClassVar[gym.Space] = gym.spaces.Discrete(1)
    num_outcomes: int = eqx.field(static=True)
    num_multiplications: ClassVar[int] = 0

    def logits(self, observations) -> Float[Array, "N O"]:
        """Zeros; observations are those of another modality."""
        return jnp.zeros((len(jax.tree.leaves(observations)[0]), self.num_outcomes))

    def numpy_logits(self, observations) -> np.ndarray:
        """`logits` in NumPy."""
        return np.zeros((len(jax.tree.leaves(observations)[0]), self.num_outcomes), np.float32)

    def permuted(self, order: np.ndarray) -> Self:
        """Itself."""
        return self

    def config(self) -> dict:
        """The number of outcomes."""
        return {"num_outcomes": self.num_outcomes}

    def arrays(self) -> dict[str, np.ndarray]:
        """None."""
        return {}

    @classmethod
    def restored(cls, config: dict, arrays: dict[str, np.ndarray]) -> Self:
        """The encoder with that many outcomes."""
        return cls(**config)
