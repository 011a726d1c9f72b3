"""Observations of several environments in one array, or in dicts and tuples of arrays."""

from typing import Any

import numpy as np


def batch(observations: list) -> Any:
    """Observations with a first axis; dicts and tuples part by part."""
    first = observations[0]
    if isinstance(first, dict):
        return {key: batch([observation[key] for observation in observations]) for key in first}
    if isinstance(first, tuple):
        return tuple(batch(list(parts)) for parts in zip(*observations))
    return np.stack([np.asarray(observation) for observation in observations])


def replaced(observations, where: np.ndarray, others) -> Any:
    """A copy of a batch with `others[n]` in place `n` where that holds."""
    if isinstance(observations, dict):
        parts = observations.items()
        return {k: replaced(v, where, _parts(others, where, k)) for k, v in parts}
    if isinstance(observations, tuple):
        return tuple(
            replaced(part, where, _parts(others, where, place))
            for place, part in enumerate(observations)
        )
    copy = np.array(observations)
    for place in np.flatnonzero(where):
        copy[place] = others[place]
    return copy


def _parts(others, where: np.ndarray, key):
    if isinstance(others, dict | tuple):  # Gymnasium may lay out final observations part by part.
        return others[key]
    return {place: others[place][key] for place in np.flatnonzero(where)}
