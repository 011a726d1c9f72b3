"""Sequences of observations and actions. No hidden state inside."""

import dataclasses
import os
from typing import Any

import gymnasium as gym
import jax
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Shaped

from ...agents.archive import DAMAGE, MAX_BYTES, damaged, read_arrays
from ...agents.files import replacing


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Trajectories:
    """N sequences of at most T steps, padded at their end.

    Attributes:
        observations: `(N, T, D)` float32, `x_t`; or images `(N, T, H, W, C)` uint8, or numbers
            `(N, T)` int32.
        actions: `(N, T)` int32, `a_t`, taken after `x_t`; the last one of a sequence is unused.
        mask: `(N, T)` bool, true where there is an observation.
        rewards: `(N, T)` float32, what `a_t` brought, or None where rewards were not recorded.
        num_actions: U.
    """

    observations: Shaped[Array | np.ndarray, "N T ..."]
    actions: Int[Array | np.ndarray, "N T"]
    mask: Bool[Array | np.ndarray, "N T"]
    rewards: Float[Array | np.ndarray, "N T"] | None = None
    num_actions: int = dataclasses.field(kw_only=True, metadata={"static": True})

    def take(self, indices) -> "Trajectories":
        """The sequences at `indices`."""
        return jax.tree.map(lambda array: array[indices], self)

    def seen(self) -> np.ndarray:
        """`(M, ...)`, all observations, without padding."""
        return np.asarray(self.observations)[np.asarray(self.mask)]

    @property
    def observation_space(self) -> gym.Space:
        """The space of one observation, as far as the data tell."""
        shape, dtype = self.observations.shape[2:], self.observations.dtype
        if not shape:
            return gym.spaces.Discrete(int(self.seen().max()) + 1)
        if dtype == np.uint8:
            return gym.spaces.Box(0, 255, shape, np.uint8)
        return gym.spaces.Box(-np.inf, np.inf, shape, np.float32)

    @property
    def num_sequences(self) -> int:
        """N."""
        return self.mask.shape[0]

    @property
    def num_transitions(self) -> int:
        """Number of `(x_t, a_t, x_{t+1})` in all sequences."""
        return int(np.sum(self.mask[:, 1:]))

    def save(self, path: str | os.PathLike) -> None:
        """Writes an `.npz` file, all or nothing."""
        arrays: dict[str, Any] = {
            n: np.asarray(v) for n, v in dataclasses.asdict(self).items() if v is not None
        }
        with replacing(path) as temporary, open(temporary, "wb") as file:
            np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, path: str | os.PathLike, max_bytes: int = MAX_BYTES) -> "Trajectories":
        """Reads what `save` wrote, without pickle.

        Args:
            path: of the file.
            max_bytes: how much memory its arrays may take; a file says so before it is unpacked.

        Raises:
            FileNotFoundError: there is no such file.
            DamagedArchiveError: it holds something else, more than `max_bytes`, or values that
                cannot be trained on.
        """
        what = "file of trajectories"
        arrays: dict[str, Any] = read_arrays(path, what, max_bytes)
        try:
            arrays["num_actions"] = int(arrays["num_actions"])
            loaded = cls(**arrays)
            check_trajectories(loaded)
        except (AttributeError, *DAMAGE) as error:
            raise damaged(path, error, what) from error
        return loaded


def check_trajectories(data: Trajectories) -> None:
    """Raises ValueError for what cannot be trained on.

    That is: shapes that disagree, a mask with holes, observations that are constant or not finite,
    an action outside `0..num_actions - 1`, a reward that is not finite.
    """
    mask = np.asarray(data.mask)
    if mask.ndim != 2 or mask.dtype != bool:
        raise ValueError(f"mask must be bool (N, T), got {mask.dtype} {mask.shape}")
    kind = np.dtype(getattr(data.observations, "dtype", object))
    dimensions = {"f": 3, "i": 2, "u": 5}.get(kind.kind)
    if np.ndim(data.observations) != dimensions or data.observations.shape[:2] != mask.shape:
        raise ValueError(
            "observations must be (N, T, D) floating-point, (N, T, H, W, C) uint8 or (N, T) "
            f"integers, got {np.shape(data.observations)} {kind}"
        )
    if np.shape(data.actions) != mask.shape:
        raise ValueError(f"actions must be {mask.shape}, got {np.shape(data.actions)}")
    if not mask[:, :1].all() or (mask[:, 1:] > mask[:, :-1]).any():
        raise ValueError("mask must be true from a sequence's first step to its last")
    seen = data.seen()
    if not np.isfinite(seen).all():
        raise ValueError("observations must be finite")
    if np.issubdtype(seen.dtype, np.integer) and seen.min() < 0:
        raise ValueError(f"observations that are numbers must not be negative, got {seen.min()}")
    deviations = seen.std(axis=0)
    # Pixels of a border never change; nothing else may be constant.
    if (deviations.max() if seen.ndim == 4 else deviations.min()) < 1e-12:
        raise ValueError("observations must vary in each dimension, one of them is constant")
    if not deviations.max() < 1e30:
        raise ValueError("observations vary by more than float32 has room for: use other units")
    taken = np.asarray(data.actions)[:, :-1][mask[:, 1:]]
    if taken.size and not 0 <= taken.min() <= taken.max() < data.num_actions:
        raise ValueError(
            f"actions must be in 0..{data.num_actions - 1}, got {taken.min()}..{taken.max()}"
        )
    if data.rewards is not None:
        if np.shape(data.rewards) != mask.shape:
            raise ValueError(f"rewards must be {mask.shape}, got {np.shape(data.rewards)}")
        if not np.isfinite(np.asarray(data.rewards)).all():
            raise ValueError("rewards must be finite")


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
