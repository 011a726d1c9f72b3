"""Arrays of several factors as those of one: products over factors, in pymdp's order."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np


def joint_actions(num_controls: Sequence[int]) -> np.ndarray:
    """`(U, F)` int64, the action of each factor in each joint action, in pymdp's order."""
    return np.array(list(itertools.product(*map(range, num_controls))))


def joint_likelihood(
    A: Any, dependencies: Sequence[int], num_states: Sequence[int], xp: Any = np
) -> Any:
    """`p(o | joint state)` of one modality.

    Args:
        A: `(O, K of each factor in dependencies)`.
        dependencies: the factors that A's axes stand for.
        num_states: K of each factor.
        xp: `jax.numpy` where A is traced.

    Returns:
        `(O, K)`, K the product of `num_states`.
    """
    if len(num_states) == 1:
        return A
    order = np.argsort(dependencies)
    by_factor = A.transpose(0, *(order + 1))
    shape = [size if f in dependencies else 1 for f, size in enumerate(num_states)]
    by_factor = by_factor.reshape(len(A), *shape)
    return xp.broadcast_to(by_factor, (len(A), *num_states)).reshape(len(A), -1)


def joint_transitions(B: Sequence[Any], dependencies: Sequence[Sequence[int]], xp: Any = np) -> Any:
    """`p(next joint state | joint state, joint action)`, the product over factors.

    Args:
        B: per factor `(K_f, K of each factor in dependencies[f], U_f)`.
        dependencies: per factor the factors that its next state depends on.
        xp: `jax.numpy` where B is traced.

    Returns:
        `(K, K, U)`.
    """
    num_factors = len(B)
    if num_factors == 1:
        return B[0]
    arguments = []
    for factor, (b, row) in enumerate(zip(B, dependencies)):
        current = [num_factors + other for other in row]
        arguments += [b, [factor, *current, 2 * num_factors + factor]]
    joint = xp.einsum(*arguments, list(range(3 * num_factors)), optimize=True)
    num_states = math.prod(len(b) for b in B)
    return joint.reshape(num_states, num_states, -1)


def joint_belief(beliefs: Sequence[Any]) -> Any:
    """Product of independent beliefs about each factor: `(..., K_f)` each, `(..., K)` together."""
    joint = beliefs[0]
    for belief in beliefs[1:]:
        joint = (joint[..., :, None] * belief[..., None, :]).reshape(*joint.shape[:-1], -1)
    return joint


def marginals(belief: np.ndarray, num_states: Sequence[int]) -> list[np.ndarray]:
    """Beliefs about each factor, `(..., K_f)`, from one about all of them, `(..., K)`."""
    by_factor = belief.reshape(*belief.shape[:-1], *num_states)
    first = belief.ndim - 1
    axes = range(first, first + len(num_states))
    return [
        by_factor.sum(axis=tuple(axis for axis in axes if axis != first + factor))
        for factor in range(len(num_states))
    ]
