"""What an encoder must offer, and the kinds of encoders that an agent file may name."""

from typing import Any, ClassVar, Protocol, Self, runtime_checkable

import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..registry import Registry

# Floor of a categorical observation; the tutorial's EPS.
MIN_PROBABILITY = 1e-8


@runtime_checkable
class Encoder(Protocol):
    """Observations in, log probabilities of outcomes out.

    A pytree of JAX: what changes in training or differs between two encoders of one kind is an
    array, everything else is hashable. `tests/agents/encoders/test_contract.py` holds the contract.

    An encoder may also have `numpy_logits`, the same as `logits` on NumPy arrays, and
    `num_multiplications` of it for one observation: then few observations are decided in NumPy.
    """

    kind: ClassVar[str]

    @property
    def observation_space(self) -> gym.Space:
        """The space of one observation; `predict` checks what it is given against it."""
        ...

    @property
    def num_outcomes(self) -> int:
        """O."""
        ...

    def logits(self, observations) -> Float[Array, "N O"]:
        """`log p(o | x)` up to a constant per observation, of `(N, ...)` observations."""
        ...

    def permuted(self, order: np.ndarray) -> Self:
        """The encoder whose outcome `o` is this one's outcome `order[o]`."""
        ...

    def config(self) -> dict:
        """What `restored` needs besides the arrays, as plain JSON values."""
        ...

    def arrays(self) -> dict[str, np.ndarray]:
        """What an agent file keeps of it, by name."""
        ...

    @classmethod
    def restored(cls, config: dict, arrays: dict[str, np.ndarray]) -> Self:
        """The encoder that gave `config` and `arrays`.

        Raises:
            ValueError, KeyError, TypeError: they are not what an encoder of this kind gives.
        """
        ...


@runtime_checkable
class TrainableEncoder(Encoder, Protocol):
    """An encoder that the evidence objective can train."""

    def standardised(self, observations: np.ndarray) -> Self:
        """The encoder with inputs scaled as observations `(M, ...)` need it; NumPy in."""
        ...

    def drawn(self, key, output_gain: float) -> Self:
        """The encoder with random weights, those of the output layer times `output_gain`."""
        ...

    def merged(self, merge: Float[Array, "*restarts L O"]) -> Self:
        """The encoder whose outcomes `L` are mapped to outcomes `O` by `merge`, `p(new | old)`."""
        ...

    def perturbed(self, observations, size, key) -> Any:
        """Observations with noise of `size` in units of the standardised inputs, if they can."""
        ...


_HERE = __package__
KINDS: Registry[Encoder] = Registry(
    "encoder kind",
    {
        "mlp": f"{_HERE}.mlp:ObservationEncoder",
        "one_hot": f"{_HERE}.one_hot:OneHotEncoder",
        "convolutional": f"{_HERE}.convolutional:ConvolutionalEncoder",
        "composite": f"{_HERE}.composite:CompositeEncoder",
        "modalities": f"{_HERE}.modalities:ModalityEncoders",
        "unseen": f"{_HERE}.one_hot:UnseenEncoder",
        "mixture": f"{_HERE}.mixture_encoder:MixtureEncoder",
    },
    "; others have to be registered with register_encoder before",
)


def register_encoder(encoder_type: type[Encoder]) -> type[Encoder]:
    """Makes a kind of encoder known to agent files; also usable as a decorator of the class.

    Raises:
        ValueError: another encoder goes by the name of its kind.
    """
    return KINDS.register(encoder_type.kind, encoder_type)


def log_encode(encoder: Encoder, observations) -> Float[Array, "*batch O"]:
    """`log p(o | x)`, normalised, of any batch of observations `(*batch, ...)`."""
    spaces = _leaf_shapes(encoder.observation_space)
    leaves, structure = jax.tree.flatten(observations)
    batch = leaves[0].shape[: leaves[0].ndim - len(spaces[0])]
    flat = [leaf.reshape(-1, *shape) for leaf, shape in zip(leaves, spaces)]
    log_probs = jax.nn.log_softmax(encoder.logits(jax.tree.unflatten(structure, flat)), axis=-1)
    return log_probs.reshape(*batch, -1)


def encode(encoder: Encoder, observations) -> Float[Array, "*batch O"]:
    """Categorical observations `p(o | x)`, floored and normalised as in the tutorial."""
    return floored(log_encode(encoder, observations))


def floored(log_probs: Float[Array, "*batch O"]) -> Float[Array, "*batch O"]:
    """Probabilities of log probabilities, none below `MIN_PROBABILITY`."""
    probs = jnp.clip(jnp.exp(log_probs), min=MIN_PROBABILITY)
    return probs / probs.sum(axis=-1, keepdims=True)


def _leaf_shapes(space: gym.Space) -> list[tuple[int, ...]]:
    """Shapes of one observation's arrays, in the order in which JAX flattens it."""
    if isinstance(space, gym.spaces.Dict):
        return [shape for key in sorted(space.spaces) for shape in _leaf_shapes(space[key])]
    if isinstance(space, gym.spaces.Tuple):
        return [shape for part in space.spaces for shape in _leaf_shapes(part)]
    return [space.shape or ()]
