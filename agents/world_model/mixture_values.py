"""What is expected under the mixtures of an ensemble for many points at once, compiled.

All prototypes take part, where `mixture.encode` leaves out all but the nearest: nobody has to look
for these, and matrix products do the work. What is left out there weighs about 0.001.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..encoders.mixture import SHARPNESS

# Added to all logits, which are at most 0: uses all of float32's range. A point's weights must then
# sum to more than the least total, or its nearest prototypes may be lost.
LIFT, LEAST_TOTAL = 60.0, 1e-25
# Points are padded to a power of two of at least this many, so that few sizes are compiled.
LEAST_POINTS = 64


class Logits(NamedTuple):
    """Log weights of M members with K prototypes, up to what a point's all have in common.

    They are `slope y + intercept - |y matrix + origin|^2`.

    `y` is a point less `centre`, which is taken off in double precision; all else is in single.

    Attributes:
        centre: `(D,)`.
        matrix: `(M, D, F)`, features in units of the width.
        origin: `(M, F)`, the features of `centre`.
        slope: `(M, K, D)`.
        intercept: `(M, K)`.
    """

    centre: np.ndarray
    matrix: np.ndarray
    origin: np.ndarray
    slope: np.ndarray
    intercept: np.ndarray


def logits_of(
    shift: np.ndarray, matrix: np.ndarray, prototypes: np.ndarray, width: np.ndarray
) -> Logits:
    """The logits `-SHARPNESS (distance / width)^2` of members with features of their own.

    Args:
        shift: `(M, D)`.
        matrix: `(M, D, F)`; features are `(x - shift) @ matrix`.
        prototypes: `(M, K, F)`.
        width: `(M,)`.
    """
    unit = np.sqrt(SHARPNESS) / width[:, None, None]
    matrix, prototypes, centre = matrix * unit, prototypes * unit, shift.mean(axis=0)
    origin = np.matmul((centre - shift)[:, None], matrix)
    parts = (
        matrix,
        origin[:, 0],
        2 * np.matmul(prototypes, matrix.swapaxes(1, 2)),
        (2 * prototypes * origin - prototypes**2).sum(axis=2) + LIFT,
    )
    return Logits(centre, *(np.asarray(part, np.float32) for part in parts))


def expected(
    logits: Logits, points: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean over members of what is expected under each one's mixture.

    Args:
        logits: of the members.
        points: `(N, D)`.
        values: `(M, K, E)`.

    Returns:
        `(N, E)`, and `(N,)` bool: where it can be relied on, which is not far from all prototypes.
    """
    count = len(points)
    size = max(LEAST_POINTS, 1 << (count - 1).bit_length())
    relative = np.zeros((size, points.shape[1]), np.float32)
    relative[:count] = points - logits.centre
    scale = max(float(np.abs(values).max()), 1.0)
    mean, total = _expected(logits[1:], relative, np.asarray(values / scale, np.float32))
    return np.asarray(mean)[:count] * scale, np.asarray(total)[:count] > LEAST_TOTAL


@jax.jit
def _expected(
    parts: tuple, points: Float[Array, "N D"], values: Float[Array, "M K E"]
) -> tuple[Float[Array, "N E"], Float[Array, " N"]]:
    """The mean, and the least sum of weights of any member.

    One member follows the other, for then its weights `(K, N)` stay in the cache.
    """
    ones = jnp.ones((*values.shape[:2], 1), values.dtype)
    values = jnp.concatenate([values, ones], axis=2).swapaxes(1, 2)

    def add(carry, member):
        mean, least = carry
        matrix, origin, slope, intercept, value = member
        common = ((points @ matrix + origin[None]) ** 2).sum(axis=1)
        found = value @ jnp.exp(slope @ points.T + intercept[:, None] - common[None])
        total = found[-1]
        own = found[:-1] / jnp.maximum(total, LEAST_TOTAL)[None]
        return (mean + own, jnp.minimum(least, total)), None

    members, width, size = len(values), values.shape[1] - 1, len(points)
    start = jnp.zeros((width, size), points.dtype), jnp.full(size, jnp.inf, points.dtype)
    (mean, least), _ = jax.lax.scan(add, start, (*parts, values))
    return mean.T / members, least
