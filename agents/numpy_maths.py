"""Softmax, logarithm and choice as compiled code computes them, in NumPy, for few rows."""

from typing import Any

import numpy as np
from pymdp.maths import MINVAL

SMALLEST = np.float32(MINVAL)
# Of the best value, or of one nat where that is more: two units in the last place of float32. More
# would blur what pymdp tells apart: four of them make the tutorial's agent push on at the goal.
TIE = np.float32(2e-7)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Over the second axis of `(N, K)`."""
    weights = np.exp(logits - np.maximum.reduce(logits, axis=1, keepdims=True))
    return weights / np.add.reduce(weights, axis=1, keepdims=True)


def log(probabilities: np.ndarray) -> np.ndarray:
    """With pymdp's floor, so that the logarithm of 0 is finite."""
    return np.log(np.maximum(probabilities, SMALLEST))


def xlogx(probabilities: np.ndarray) -> np.ndarray:
    """`p log p`, 0 where p is 0."""
    return probabilities * log(probabilities)


def first_best(values: Any, axis: int = 0, xp: Any = np) -> Any:
    """Index of the first value, in nats, that is as good as the best one but for rounding.

    pymdp takes the first of the most probable policies, and its probabilities do not tell apart
    what only rounding does. A plain argmax of the values would let rounding decide.

    Args:
        values: neg_efe, or what is added to it.
        axis: what is chosen from.
        xp: `jax.numpy` where they are traced.
    """
    best = values.max(axis=axis, keepdims=True)
    return (values >= best - TIE * xp.maximum(1, xp.abs(best))).argmax(axis=axis)
