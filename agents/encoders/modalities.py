"""One encoder for each observation modality of a model."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import equinox as eqx
import gymnasium as gym
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from .one_hot import OneHotEncoder
from .protocol import KINDS, MIN_PROBABILITY, Encoder, encode

USAGE = "usage"


class ModalityEncoders(eqx.Module):
    """Outcomes of several modalities, each seen through an encoder of its own.

    Log probabilities of all modalities stand side by side, in A's order: `O` is the sum of the
    modalities' outcomes.

    Attributes:
        parts: an encoder per modality, in A's order.
        log_usage: per modality `(O_m,)`, the logarithm of how often its encoder uses each outcome,
            which turns `r(o | x)` into `p(x | o)`, or None where it is about the same for all.
        names: keys of a `Dict` space, in A's order; None where observations are the only one or
            columns of a `MultiDiscrete` space.
    """

    kind: ClassVar[str] = "modalities"
    parts: tuple[Encoder, ...]
    log_usage: tuple[Float[Array, " O"] | None, ...]
    names: tuple[str, ...] | None = eqx.field(static=True)

    def __init__(
        self,
        parts: Sequence[Encoder],
        names: Sequence[str] | None = None,
        usage: Sequence[np.ndarray | None] | None = None,
    ) -> None:
        self.parts = tuple(parts)
        self.names = None if names is None else tuple(names)
        usage = [None] * len(self.parts) if usage is None else usage
        self.log_usage = tuple(
            None
            if rho is None
            else jnp.log(jnp.maximum(jnp.asarray(rho, jnp.float32), MIN_PROBABILITY))
            for rho in usage
        )
        seen = self._seen
        is_table = all(isinstance(part, OneHotEncoder) for part in seen)
        if self.names is None and len(seen) > 1 and not is_table:
            raise ValueError(
                "encoders of several modalities need names: give a dict by the keys of the "
                "observation, in A's order"
            )

    @property
    def observation_space(self) -> gym.Space:
        """The only part's, a `Dict` by name, or a `MultiDiscrete` with a column per modality."""
        spaces = [part.observation_space for part in self._seen]
        if self.names is not None:
            named = zip(self.names, self.parts)
            shown = [name for name, part in named if part.kind != "unseen"]
            return gym.spaces.Dict(dict(zip(shown, spaces)))
        return (
            spaces[0]
            if len(spaces) == 1
            else gym.spaces.MultiDiscrete(list(map(gym.spaces.flatdim, spaces)))
        )

    @property
    def num_outcomes(self) -> int:
        """O, the sum over modalities."""
        return sum(self.outcomes)

    @property
    def outcomes(self) -> tuple[int, ...]:
        """O of each modality."""
        return tuple(part.num_outcomes for part in self.parts)

    def logits(self, observations) -> Float[Array, "N O"]:
        """`log p(x | o)` up to a constant per observation and modality, side by side."""
        seen = self._by_part(observations)
        by_modality = [
            logits if rho is None else logits - rho[None]
            for logits, rho in zip(
                (part.logits(one) for part, one in zip(self.parts, seen)), self.log_usage
            )
        ]
        return jnp.concatenate(by_modality, axis=-1)

    @property
    def all_in_numpy(self) -> bool:
        """Whether all parts have `numpy_logits`."""
        return all(hasattr(part, "numpy_logits") for part in self.parts)

    def numpy_logits(self, observations) -> np.ndarray:
        """`logits` in NumPy, where all parts have it."""
        by_modality = []
        seen = type(self)._by_part(self, observations)
        parts: tuple[Any, ...] = self.parts
        for part, rho, one in zip(parts, self.log_usage, seen):
            logits = type(part).numpy_logits(part, one)
            by_modality.append(logits if rho is None else logits - rho)
        return np.concatenate(by_modality, axis=1)

    @property
    def num_multiplications(self) -> int:
        """Of `numpy_logits` for one observation."""
        parts: tuple[Any, ...] = self.parts
        return sum(part.num_multiplications for part in parts)

    def encode(self, observations) -> tuple[np.ndarray, ...]:
        """`p(o | x)` of each modality, `(N, O_m)`."""
        seen = self._by_part(observations)
        return tuple(np.array(encode(part, one)) for part, one in zip(self.parts, seen))

    def permuted(self, order: np.ndarray) -> Self:
        """ValueError: outcomes of several modalities have no common order."""
        raise ValueError("encoders of several modalities cannot be permuted together")

    def config(self) -> dict:
        """Names, and kind and config of each part."""
        parts = [[part.kind, part.config()] for part in self.parts]
        return {"parts": parts, "names": None if self.names is None else list(self.names)}

    def arrays(self) -> dict[str, np.ndarray]:
        """The parts' arrays, after their numbers and a slash, with their usage."""
        named = {}
        for place, (part, rho) in enumerate(zip(self.parts, self.log_usage)):
            named |= {f"{place}/{key}": array for key, array in part.arrays().items()}
            if rho is not None:
                named[f"{place}/{USAGE}"] = np.exp(np.asarray(rho))
        return named

    @classmethod
    def restored(cls, config: dict, arrays: dict[str, np.ndarray]) -> Self:
        """The parts restored, and together again.

        Raises:
            ValueError, KeyError, TypeError: config or arrays are not those of such encoders.
        """
        parts, usage, left = [], [], dict(arrays)
        for place, (kind, of_part) in enumerate(config["parts"]):
            start = f"{place}/"
            own = {
                key.removeprefix(start): left.pop(key) for key in arrays if key.startswith(start)
            }
            usage.append(own.pop(USAGE, None))
            parts.append(KINDS.find(kind).restored(of_part, own))
        if left:
            raise ValueError(f"arrays of the encoder are superfluous: {sorted(left)}")
        return cls(parts, config["names"], usage)

    def __repr__(self) -> str:
        names = self.names or range(len(self.parts))
        return ", ".join(f"{name}: {part!r}" for name, part in zip(names, self.parts))

    @property
    def _seen(self) -> list:
        return [part for part in self.parts if part.kind != "unseen"]

    def _by_part(self, observations) -> Sequence:
        if self.names is not None:
            first = next(iter(observations.values()))
            return [observations.get(name, first) for name in self.names]
        if len(self._seen) == 1:
            return [observations] * len(self.parts)
        columns = iter(observations.T)
        return [next(columns) if part.kind != "unseen" else observations for part in self.parts]
