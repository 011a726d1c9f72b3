"""Observations that are not finite, such as those of a sensor that dropped out."""

from collections.abc import Sequence

import jax
import numpy as np

from .checks import named_rows
from .observations import checked_observations

ON_INVALID = ("raise", "ignore")


def observed(observation, space, on_invalid: str, modalities: Sequence[str] | None = None):
    """Observations as a batch, the shape of actions for them, and where they can be used.

    Args:
        observation: as of `predict`.
        space: of one observation.
        on_invalid: `"raise"` refuses what is not finite, `"ignore"` puts 0 there.
        modalities: keys of observations that are used each on its own; None: all or nothing.

    Returns:
        The observations, `()` or `(N,)`, and `(N, M)` bool, which modalities can be used,
        `(N, 1)` where all are used together, or None where all can.

    Raises:
        ValueError: see `checked_observations`.
    """
    if on_invalid == "raise":
        return *checked_observations(observation, space), None
    observations, shape = checked_observations(observation, space, must_be_finite=False)
    filled, seen = without_gaps(observations, modalities)
    return filled, shape, seen


def without_gaps(observations, modalities: Sequence[str] | None = None):
    """Observations with 0 for what is not finite, and where all of it is.

    Returns:
        The observations, and `(N, M)` bool, false where a value of a modality is not finite, or
        None where all are.
    """
    # Modalities that nobody sees have no part, and nothing is missing of them.
    parts = [observations]
    if modalities is not None:
        parts = [observations.get(name, ()) for name in modalities]
    seen = np.stack(np.broadcast_arrays(*map(_finite, parts)), axis=-1)
    if seen.all():
        return observations, None

    def filled(leaf):
        return np.nan_to_num(leaf, posinf=0, neginf=0) if leaf.dtype.kind == "f" else leaf

    return jax.tree.map(filled, observations), seen


def _finite(observations) -> np.ndarray:
    """`(N,)` bool, where all values are finite."""
    leaves = jax.tree.leaves(observations)
    flags = [np.isfinite(leaf).reshape(len(leaf), -1).all(axis=1) for leaf in leaves]
    return np.logical_and.reduce(flags)


def decided(engine, observations, prior, key, seen, on_invalid: str):
    """`engine.decide`, and never an action from a belief that is not finite.

    An observation may be finite and too large for the encoder: `"raise"` refuses it, `"ignore"`
    lets the prior decide there.

    Raises:
        ValueError: a belief is not finite; the message names the environments.
    """
    concluded = engine.decide(observations, prior, key, seen)
    sound = _sound(concluded.beliefs)
    if sound is None:
        return concluded
    if on_invalid == "ignore":
        usable = sound[:, None] if seen is None else sound[:, None] & seen
        concluded = engine.decide(observations, prior, key, usable)
        sound = _sound(concluded.beliefs)
    if sound is not None:
        raise ValueError(
            "observation leads to beliefs that are not finite, in "
            f"{named_rows(np.flatnonzero(~sound))}: it is too large for the encoder"
        )
    return concluded


def _sound(beliefs: tuple[np.ndarray, ...]) -> np.ndarray | None:
    """`(N,)` bool, where beliefs are finite; None where all are."""
    flags = [np.isfinite(belief) for belief in beliefs]
    if all(np.count_nonzero(one) == one.size for one in flags):
        return None
    return np.logical_and.reduce([one.all(axis=1) for one in flags])
