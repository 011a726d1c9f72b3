"""The encoder of `Dict` and `Tuple` observations: one encoder per part."""

from typing import Any, ClassVar, Self

import equinox as eqx
import gymnasium as gym
import jax
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from .protocol import KINDS, Encoder, TrainableEncoder


class CompositeEncoder(eqx.Module):
    """Several observations of one outcome: their log probabilities add up.

    That is exact where the parts are independent given the outcome and outcomes are equally
    likely; in training the parts share one objective, so that they find what they can add.

    Attributes:
        parts: one encoder per key of a `Dict` space, or per number, as text, of a `Tuple` space.
        is_tuple: whether observations are tuples.
    """

    kind: ClassVar[str] = "composite"
    parts: dict[str, Encoder]
    is_tuple: bool = eqx.field(static=True)

    def __init__(self, parts: dict[str, Encoder] | tuple[Encoder, ...]) -> None:
        self.is_tuple = not isinstance(parts, dict)
        named = parts if isinstance(parts, dict) else dict(enumerate(parts))
        self.parts = {str(name): part for name, part in named.items()}
        outcomes = {name: part.num_outcomes for name, part in self.parts.items()}
        if len(set(outcomes.values())) != 1:
            raise ValueError(f"parts must have the same number of outcomes, got {outcomes}")

    @property
    def observation_space(self) -> gym.spaces.Dict | gym.spaces.Tuple:
        """The spaces of the parts."""
        spaces = {name: part.observation_space for name, part in self.parts.items()}
        return gym.spaces.Tuple(spaces.values()) if self.is_tuple else gym.spaces.Dict(spaces)

    @property
    def num_outcomes(self) -> int:
        """O."""
        return next(iter(self.parts.values())).num_outcomes

    def logits(self, observations) -> Float[Array, "N O"]:
        """The parts' normalised log probabilities, added up."""
        seen = self._by_part(observations)
        first, *others = (
            jax.nn.log_softmax(part.logits(seen[name]), axis=-1)
            for name, part in self.parts.items()
        )
        return sum(others, first)

    def permuted(self, order: np.ndarray) -> Self:
        """The encoder whose outcome `o` is this one's outcome `order[o]`."""
        return self._with(lambda _, part: part.permuted(order))

    def config(self) -> dict:
        """Kind and config of each part."""
        parts = {name: [part.kind, part.config()] for name, part in self.parts.items()}
        return {"parts": parts, "is_tuple": self.is_tuple}

    def arrays(self) -> dict[str, np.ndarray]:
        """The parts' arrays, after their names and a slash."""
        return {
            f"{name}/{key}": array
            for name, part in self.parts.items()
            for key, array in part.arrays().items()
        }

    @classmethod
    def restored(cls, config: dict, arrays: dict[str, np.ndarray]) -> Self:
        """The parts restored, and together again.

        Raises:
            ValueError, KeyError, TypeError: config or arrays are not those of such an encoder.
        """
        parts = {}
        for name, (kind, of_part) in config["parts"].items():
            own = {key: a for key, a in arrays.items() if key.startswith(f"{name}/")}
            named = {key.removeprefix(f"{name}/"): array for key, array in own.items()}
            parts[name] = KINDS.find(kind).restored(of_part, named)
        stray = [key for key in arrays if key.split("/")[0] not in parts]
        if stray:
            raise ValueError(f"arrays of the encoder are superfluous: {stray}")
        return cls(tuple(parts.values()) if config["is_tuple"] else parts)

    def standardised(self, observations) -> Self:
        """Each part with inputs scaled as its own observations need it."""
        seen = self._by_part(observations)
        return self._with(lambda name, part: part.standardised(seen[name]))

    def drawn(self, key: PRNGKeyArray, output_gain: float) -> Self:
        """Each part with random weights from a key of its own."""
        keys = dict(zip(self.parts, jax.random.split(key, len(self.parts))))
        return self._with(lambda name, part: part.drawn(keys[name], output_gain))

    def merged(self, merge: Float[Array, "*restarts L O"]) -> Self:
        """Each part with its outcomes mapped to others by `merge`."""
        return self._with(lambda _, part: part.merged(merge))

    def perturbed(self, observations, size, key: PRNGKeyArray):
        """Each part's observations with noise of its own."""
        seen, keys = self._by_part(observations), jax.random.split(key, len(self.parts))
        parts: dict[str, Any] = self.parts  # who trains has given encoders that can be trained
        noisy = {
            name: part.perturbed(seen[name], size, part_key)
            for (name, part), part_key in zip(parts.items(), keys)
        }
        return tuple(noisy.values()) if self.is_tuple else noisy

    def __repr__(self) -> str:
        return ", ".join(f"{name}: {part!r}" for name, part in self.parts.items())

    def _by_part(self, observations) -> dict:
        return dict(zip(self.parts, observations)) if self.is_tuple else observations

    def _with(self, change) -> Self:
        parts: dict[str, TrainableEncoder] = {
            name: change(name, part) for name, part in self.parts.items()
        }
        return eqx.tree_at(lambda e: e.parts, self, parts)
