"""Evidence of several modalities, and actions of several control factors."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ..models.flattening import joint_actions
from ..models.likelihoods import outcome_log_likelihood
from ..numpy_maths import log


def likelihood_by_modality(
    logits: Float[Array, "N O"], A: Sequence[Float[Array, "_ ..."]]
) -> list[Float[Array, "N ..."]]:
    """`log p(x_m | s)` of each modality, up to a constant per observation.

    Args:
        logits: `(N, O)`, `log p(x_m | o)` of the modalities' outcomes side by side.
        A: per modality `(O_m, K...)`.
    """
    return [
        outcome_log_likelihood(part, table)
        for part, table in zip(jnp.split(logits, _ends(A), axis=1), A)
    ]


def where_seen(
    by_modality: Sequence[Float[Array, "N *K"]], seen: Bool[Array, "N M"] | None
) -> list[Float[Array, "N *K"]]:
    """What each modality says, 0 where it was not seen; M is 1 where that goes for all."""
    if seen is None:
        return list(by_modality)
    flags = jnp.broadcast_to(seen, (len(seen), len(by_modality))).T
    shaped = [flag.reshape(-1, *[1] * (one.ndim - 1)) for flag, one in zip(flags, by_modality)]
    return [jnp.where(flag, one, 0.0) for flag, one in zip(shaped, by_modality)]


def numpy_log_likelihood(
    logits: np.ndarray,
    A: np.ndarray,
    num_outcomes: Sequence[int],
    seen: np.ndarray | None = None,
) -> np.ndarray:
    """The sum over modalities of `likelihood_by_modality`, where seen, in NumPy.

    Args:
        logits: `(N, O)`.
        A: `(O, K)`, the modalities one below the other.
        num_outcomes: of each modality.
        seen: `(N, M)` or `(N, 1)` bool; None: all of it.
    """
    first, by_modality = 0, []
    for count in num_outcomes:
        part = logits[:, first : first + count]
        weights = np.exp(part - np.maximum.reduce(part, axis=1, keepdims=True))
        by_modality.append(weights @ A[first : first + count])
        first += count
    found = log(np.stack(by_modality))
    if seen is not None:
        found = np.where(seen.T[:, :, None], found, np.float32(0))
    return np.add.reduce(found, axis=0)


def _ends(A: Sequence) -> list[int]:
    return np.cumsum([len(table) for table in A])[:-1].tolist()


def as_taken(action: Any) -> Any:
    """An action of `predict` as one environment takes it: Gymnasium's tables ask for a number."""
    return int(action) if np.ndim(action) == 0 else action


class Actions:
    """Joint actions as actions of a space.

    Attributes:
        space: `Discrete` where one factor has more than one action, else `MultiDiscrete` with a
            dimension for each such factor, in pymdp's order.
    """

    def __init__(self, num_controls: Sequence[int]) -> None:
        controlled = [factor for factor, count in enumerate(num_controls) if count > 1]
        counts = [num_controls[factor] for factor in controlled]
        self._by_factor = None
        if len(counts) > 1:
            self.space = gym.spaces.MultiDiscrete(counts)
            self._by_factor = joint_actions(num_controls)[:, controlled]
        else:
            self.space = gym.spaces.Discrete(counts[0] if counts else 1)

    def __call__(self, joint: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Joint actions `(N,)` as int64 actions, `shape` being `()` or `(N,)`."""
        if self._by_factor is None:
            return joint.reshape(shape)
        return self._by_factor[joint].reshape(*shape, -1)
