"""Sequences of observations and actions. No hidden state inside."""

import dataclasses

import jax
import numpy as np
from jaxtyping import Array, Bool, Float, Int


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Trajectories:
    """N sequences of at most T steps, padded at their end.

    Attributes:
        observations: `(N, T, D)` float32, `x_t`.
        actions: `(N, T)` int32, `a_t`, taken after `x_t`; the last one of a sequence is unused.
        mask: `(N, T)` bool, true where there is an observation.
    """

    observations: Float[Array, "N T D"]
    actions: Int[Array, "N T"]
    mask: Bool[Array, "N T"]

    def take(self, indices) -> "Trajectories":
        """The sequences at `indices`."""
        return jax.tree.map(lambda array: array[indices], self)

    @property
    def num_sequences(self) -> int:
        """N."""
        return self.mask.shape[0]

    @property
    def num_transitions(self) -> int:
        """Number of `(x_t, a_t, x_{t+1})` in all sequences."""
        return int(np.sum(self.mask[:, 1:]))


def hold_out(
    trajectories: Trajectories, fraction: float, seed: int
) -> tuple[Trajectories, Trajectories]:
    """Splits at random into sequences for training and held-out ones, at least one of each.

    Raises:
        ValueError: there are fewer than two sequences.
    """
    count = trajectories.num_sequences
    if count < 2:
        raise ValueError(f"training needs at least 2 sequences, got {count}: collect more steps")
    order = np.random.default_rng(seed).permutation(count)
    num_held_out = min(max(round(fraction * count), 1), count - 1)
    return trajectories.take(order[num_held_out:]), trajectories.take(order[:num_held_out])
