"""Softmax and logarithm as compiled code computes them, in NumPy, for few rows."""

import numpy as np
from pymdp.maths import MINVAL

SMALLEST = np.float32(MINVAL)


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
