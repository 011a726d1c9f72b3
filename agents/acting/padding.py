"""Batches of any size on code that is compiled for few of them."""

from collections.abc import Callable

import jax
import numpy as np


def on_padded(function: Callable, count: int, *by_row):
    """`function(*by_row)`, whose rows are padded to the next power of two and cut off again.

    Each size that compiled code sees costs seconds once, and memory for ever.

    Args:
        function: of trees of arrays with `count` rows each, to trees of such.
        count: N.
        by_row: its arguments; None stays None.
    """
    size = 1 << (count - 1).bit_length()
    if count == 0 or size == count:
        return function(*by_row)

    def padded(array) -> np.ndarray:
        # A real row: zeros may mean nothing to an encoder.
        return np.concatenate([array, np.repeat(array[:1], size - count, axis=0)])

    results = function(*jax.tree.map(padded, by_row))
    return jax.tree.map(lambda array: np.asarray(array)[:count], results)
