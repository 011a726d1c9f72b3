"""Observations that are not finite, such as those of a sensor that dropped out."""

import jax
import numpy as np

from .checks import named_rows
from .observations import checked_observations

ON_INVALID = ("raise", "ignore")


def observed(observation, space, on_invalid: str):
    """Observations as a batch, the shape of actions for them, and where they can be used.

    Args:
        observation: as of `predict`.
        space: of one observation.
        on_invalid: `"raise"` refuses what is not finite, `"ignore"` puts 0 there.

    Returns:
        The observations, `()` or `(N,)`, and `(N,)` bool, or None where all can be used.

    Raises:
        ValueError: see `checked_observations`.
    """
    if on_invalid == "raise":
        return *checked_observations(observation, space), None
    observations, shape = checked_observations(observation, space, must_be_finite=False)
    filled, seen = without_gaps(observations)
    return filled, shape, seen


def without_gaps(observations):
    """Observations with 0 for what is not finite, and where all of it is.

    Returns:
        The observations, and `(N,)` bool, false where a value is not finite, or None where all are.
    """
    leaves = [leaf for leaf in jax.tree.leaves(observations) if leaf.dtype.kind == "f"]
    flags = [np.isfinite(leaf).reshape(len(leaf), -1).all(axis=1) for leaf in leaves]
    seen = np.logical_and.reduce(flags) if flags else np.True_
    if seen.all():
        return observations, None

    def filled(leaf):
        return np.nan_to_num(leaf, posinf=0, neginf=0) if leaf.dtype.kind == "f" else leaf

    return jax.tree.map(filled, observations), seen


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
        concluded = engine.decide(observations, prior, key, sound if seen is None else sound & seen)
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
