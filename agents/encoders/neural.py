"""What the encoders that are equinox modules share: merging, storing, restoring."""

import abc
import numbers
from typing import Any, Self

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from .protocol import MIN_PROBABILITY

MERGE = "merge"
# Of width, outcomes and dimensions; deeper networks than MAX_DEPTH nobody trains here.
MAX_SIZE, MAX_DEPTH = 10**6, 100
TEMPERATURES = (1e-6, 1e6)
# Sums of products with larger weights overflow float32 for usual observations.
LARGEST_WEIGHT = 1e9
# What observations are standardised by has their units.
INPUTS, LARGEST_INPUT = ("input_shift", "input_scale"), 1e30


class NeuralEncoder(eqx.Module):
    """Base of encoders with weights; a subclass says what is abstract here, and `drawn`.

    Attributes:
        merge: `(L, O)`, `p(outcome | index)`, where there are more indices than outcomes; None
            where they are the same. Not trained.
        temperature: divides the logits; below 1 sharpens.
    """

    merge: eqx.AbstractVar[Float[Array, "L O"] | None]
    temperature: eqx.AbstractVar[float]

    @property
    @abc.abstractmethod
    def num_outcomes(self) -> int:
        """O."""

    @abc.abstractmethod
    def index_logits(self, observations) -> Float[Array, "N L"]:
        """What the network says of each index, before the temperature."""

    @abc.abstractmethod
    def config(self) -> dict:
        """What `restored` needs besides the arrays, as plain JSON values."""

    @abc.abstractmethod
    def with_indices(self, order: np.ndarray) -> Self:
        """The encoder whose index `i` is this one's index `order[i]`."""

    def permuted(self, order: np.ndarray) -> Self:
        """The encoder whose outcome `o` is this one's outcome `order[o]`."""
        if self.merge is None:
            return self.with_indices(order)
        return eqx.tree_at(lambda e: e.merge, self, jnp.take(self.merge, order, axis=1))

    def logits(self, observations) -> Float[Array, "N O"]:
        """`log p(o | x)` up to a constant per observation."""
        logits = self.index_logits(observations) / self.temperature
        if self.merge is None:
            return logits
        merged = jax.nn.softmax(logits) @ jax.lax.stop_gradient(self.merge)
        return jnp.log(jnp.maximum(merged, MIN_PROBABILITY))

    def __call__(self, observation) -> Float[Array, " O"]:
        """Logits of one observation; `logits` takes many."""
        return self.logits(jax.tree.map(lambda array: jnp.asarray(array)[None], observation))[0]

    def merged(self, merge: Float[Array, "*restarts L O"]) -> Self:
        """The encoder whose outcomes are mapped to others by `merge`, after what it merges now."""
        merge = merge if self.merge is None else self.merge @ merge
        return eqx.tree_at(lambda e: e.merge, self, merge, is_leaf=lambda x: x is None)

    def standardised(self, observations: np.ndarray) -> Self:
        """Itself: its inputs have a scale of their own."""
        return self

    def perturbed(self, observations, size, key: PRNGKeyArray):
        """The observations as they are: noise means nothing for them."""
        return observations

    def arrays(self) -> dict[str, np.ndarray]:
        """Its weights, by their places in the module."""
        return {name: np.asarray(leaf) for name, leaf in _named_leaves(self)}

    def check(self) -> None:
        """Raises ValueError where an array is not finite or too large, or `merge` no distribution.

        The message names the array.
        """
        for name, leaf in _named_leaves(self):
            check_finite(name, leaf, LARGEST_INPUT if name in INPUTS else LARGEST_WEIGHT)
        if self.merge is not None:
            merge = np.asarray(self.merge, np.float64)
            if merge.min() < 0 or np.abs(merge.sum(axis=1) - 1).max() > 1e-3:
                raise ValueError(f"rows of {MERGE} must be probabilities that sum to 1")

    def __reduce__(self):
        # Its activation is a compiled function, which no pickle holds.
        return type(self).restored, (self.config(), self.arrays())

    @classmethod
    def restored(cls, config: dict, arrays: dict[str, np.ndarray]) -> Self:
        """An encoder of `config` with the weights `arrays`.

        Raises:
            ValueError: an array is missing, superfluous, of another shape, or not finite.
        """
        make: Any = cls
        # Shapes alone: what a file claims is not allocated before its arrays are there.
        template = eqx.filter_eval_shape(lambda: make(**config, key=jax.random.key(0)))
        if MERGE in arrays:
            merge = jnp.asarray(arrays[MERGE])
            num_indices = template.num_outcomes
            if merge.ndim != 2 or len(merge) != num_indices or not merge.shape[1]:
                raise ValueError(f"{MERGE} must have shape ({num_indices}, O), got {merge.shape}")
            template = template.merged(merge)
        named = _named_leaves(template)
        if set(arrays) != {name for name, _ in named}:
            different = sorted(set(arrays) ^ {name for name, _ in named})
            raise ValueError(f"arrays of the encoder are missing or superfluous: {different}")
        leaves = [checked_array(name, arrays[name], leaf.shape) for name, leaf in named]
        arrays_of, static = eqx.partition(template, _has_shape)
        restored = eqx.combine(jax.tree.unflatten(jax.tree.structure(arrays_of), leaves), static)
        restored.check()
        return restored


def checked_array(name: str, array: np.ndarray, shape: tuple[int, ...]) -> Float[Array, "..."]:
    """`array` as float32.

    Raises:
        ValueError: it has another shape, or a value that is not finite in float32.
    """
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    if not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"{name} must be floating-point numbers, got {array.dtype}")
    with np.errstate(over="ignore"):
        array = array.astype(np.float32)
    check_finite(name, array)
    return jnp.asarray(array)


def check_finite(name: str, array, largest: float = np.inf) -> None:
    """Raises ValueError where `array` is not finite in float32, or beyond `largest`."""
    with np.errstate(over="ignore"):
        array = np.asarray(array).astype(np.float32)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite")
    if np.abs(array).max(initial=0) > largest:
        raise ValueError(f"{name} must not hold values beyond {largest:g}")


def check_encoder(encoder) -> None:
    """Checks all encoders with weights in `encoder`; see `NeuralEncoder.check`."""

    def is_neural(node) -> bool:
        return isinstance(node, NeuralEncoder)

    for part in jax.tree.leaves(encoder, is_leaf=is_neural):
        if is_neural(part):
            part.check()


def check_temperature(temperature: float) -> None:
    """Raises ValueError for a temperature that float32 has no room for."""
    low, high = TEMPERATURES
    if not isinstance(temperature, numbers.Real) or not low <= temperature <= high:
        raise ValueError(f"temperature must be a number in {low:g}..{high:g}, got {temperature!r}")


def check_sizes(**sizes: int) -> None:
    """Raises ValueError for a size that is no integer in `1..MAX_SIZE`; the message names it."""
    for name, size in sizes.items():
        is_integer = isinstance(size, int | np.integer) and not isinstance(size, bool)
        if not is_integer or not 1 <= size <= MAX_SIZE:
            got = size if not is_integer or abs(size) < 1e18 else "a larger one"
            raise ValueError(f"{name} must be a positive integer up to {MAX_SIZE:,}, got {got!r}")


def _has_shape(leaf) -> bool:
    return eqx.is_array(leaf) or isinstance(leaf, jax.ShapeDtypeStruct)


def _named_leaves(encoder: eqx.Module) -> list[tuple[str, jax.Array]]:
    arrays = eqx.filter(encoder, _has_shape)
    return [
        (jax.tree_util.keystr(path).removeprefix("."), leaf)
        for path, leaf in jax.tree_util.tree_leaves_with_path(arrays)
    ]
