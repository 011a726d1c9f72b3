"""Sequences of observations and actions. No hidden state inside."""

import dataclasses
import os
from typing import Any

import gymnasium as gym
import jax
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from ...agents.archive import DAMAGE, MAX_BYTES, damaged, read_arrays
from ...agents.files import replacing
from .checks import check_arrays

OBSERVATIONS = "observations"


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Trajectories:
    """N sequences of at most T steps, padded at their end.

    Attributes:
        observations: `(N, T, D)` float32, `x_t`; or images `(N, T, H, W, C)` uint8, or numbers
            `(N, T)` int32; or a dict or tuple of such, one for each part of an observation.
        actions: `(N, T)` int32, `a_t`, taken after `x_t`; the last one of a sequence is unused.
        mask: `(N, T)` bool, true where there is an observation.
        rewards: `(N, T)` float32, what `a_t` brought, or None where rewards were not recorded.
        num_actions: U.
    """

    observations: Any
    actions: Int[Array | np.ndarray, "N T"]
    mask: Bool[Array | np.ndarray, "N T"]
    rewards: Float[Array | np.ndarray, "N T"] | None = None
    num_actions: int = dataclasses.field(kw_only=True, metadata={"static": True})

    def take(self, indices) -> "Trajectories":
        """The sequences at `indices`."""
        return jax.tree.map(lambda array: array[indices], self)

    def seen(self) -> Any:
        """`(M, ...)`, all observations, without padding; of dicts and tuples each part."""
        mask = np.asarray(self.mask)
        return jax.tree.map(lambda part: np.asarray(part)[mask], self.observations)

    @property
    def observation_space(self) -> gym.Space:
        """The space of one observation, as far as the data tell."""
        return _space_of(self.seen())

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
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        arrays: dict[str, Any] = {
            n: np.asarray(v) for n, v in fields.items() if v is not None and n != OBSERVATIONS
        }
        arrays |= _members(self.observations)
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
        members = read_arrays(path, what, max_bytes)
        try:
            arrays = _from_members(members)
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
    check_arrays(data.observations, data.actions, data.mask, data.rewards, data.num_actions)


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


def _space_of(seen) -> gym.Space:
    if isinstance(seen, dict):
        return gym.spaces.Dict({name: _space_of(part) for name, part in seen.items()})
    if isinstance(seen, tuple):
        return gym.spaces.Tuple([_space_of(part) for part in seen])
    shape = seen.shape[1:]
    if not shape:
        return gym.spaces.Discrete(int(seen.max()) + 1)
    if seen.dtype == np.uint8:
        return gym.spaces.Box(0, 255, shape, np.uint8)
    return gym.spaces.Box(-np.inf, np.inf, shape, np.float32)


def _members(observations) -> dict[str, np.ndarray]:
    """Arrays by name for a file: parts of a dict after a slash, of a tuple after a colon."""
    if isinstance(observations, dict):
        return {f"{OBSERVATIONS}/{name}": np.asarray(part) for name, part in observations.items()}
    if isinstance(observations, tuple):
        return {f"{OBSERVATIONS}:{place}": np.asarray(p) for place, p in enumerate(observations)}
    return {OBSERVATIONS: np.asarray(observations)}


def _from_members(arrays: dict[str, Any]) -> dict[str, Any]:
    """The inverse: the fields of trajectories."""
    if OBSERVATIONS in arrays:
        return arrays
    parts = {name: arrays.pop(name) for name in list(arrays) if name.startswith(OBSERVATIONS)}
    names = [name.removeprefix(OBSERVATIONS) for name in parts]
    named = {name[1:]: part for name, part in zip(names, parts.values())}
    is_tuple = all(name.startswith(":") for name in names)
    ordered = tuple(named[str(place)] for place in range(len(named))) if is_tuple else named
    return arrays | {OBSERVATIONS: ordered}
