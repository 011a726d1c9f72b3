"""What is expected under the mixtures of an ensemble for many points at once, compiled.

All prototypes take part, where `mixture.encode` leaves out all but the nearest: nobody has to look
for these, and matrix products do the work. What is left out there weighs about 0.001.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..acting.decision import single_precision
from ..encoders.mixture import SHARPNESS

# Added to all logits, which are at most 0: uses all of float32's range. A point's weights must then
# sum to more than the least total, or its nearest prototypes may be lost.
LIFT, LEAST_TOTAL = 60.0, 1e-25
# 2^f of f in [-0.5, 0.5] by powers of f, by Chebyshev's points: off by less than 4e-6 of it.
POWERS_OF_TWO = (1.0000001, 0.693121, 0.2402211, 0.055922, 0.009676)
# Where this is added float32 rounds to whole numbers, which are then its last bits.
ROUNDING, LEAST_EXPONENT, MANTISSA_BITS = np.float32(1.5 * 2.0**23), -126.0, 23
ROUNDING_BITS = ROUNDING.view(np.int32)
# Points are padded to a power of two of at least this many, so that few sizes are compiled.
LEAST_POINTS = 64


class Logits(NamedTuple):
    """Log weights, to base 2, of M members with K prototypes.

    They are linear in `(y, 1, |y matrix + origin|^2)`.

    `y` is a point less `centre`, which is taken off in double precision; all else is in single.

    Attributes:
        centre: `(D,)`.
        matrix: `(M, D, F)`, features in units of the width.
        origin: `(M, F)`, the features of `centre`.
        slope: `(M, K, D + 2)`.
    """

    centre: np.ndarray
    matrix: np.ndarray
    origin: np.ndarray
    slope: np.ndarray


def logits_of(
    shift: np.ndarray, matrix: np.ndarray, prototypes: np.ndarray, width: np.ndarray
) -> Logits:
    """The logits `LIFT - SHARPNESS (distance / width)^2` of members with features of their own.

    Args:
        shift: `(M, D)`.
        matrix: `(M, D, F)`; features are `(x - shift) @ matrix`.
        prototypes: `(M, K, F)`.
        width: `(M,)`.
    """
    unit = np.sqrt(SHARPNESS) / width[:, None, None]
    matrix, prototypes, centre = matrix * unit, prototypes * unit, shift.mean(axis=0)
    origin = np.matmul((centre - shift)[:, None], matrix)
    linear = 2 * np.matmul(prototypes, matrix.swapaxes(1, 2))
    constant = (2 * prototypes * origin - prototypes**2).sum(axis=2, keepdims=True) + LIFT
    slope = np.concatenate([linear, constant, np.full_like(constant, -1)], axis=2) / np.log(2)
    parts = matrix, origin[:, 0], slope
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
    parts, values = logits[1:], np.asarray(values / scale, np.float32)
    run = _compiled(size, values.shape, logits.matrix.shape)
    with single_precision():
        mean, total = run(parts, relative, values)
    return np.asarray(mean)[:count] * scale, np.asarray(total)[:count] > LEAST_TOTAL


@functools.lru_cache(maxsize=32)
def _compiled(num_points: int, of_values: tuple, of_matrix: tuple) -> Callable:
    """Compiled for these shapes alone: what is not used for long is forgotten with its memory."""
    # A function of its own each, for JAX never forgets what it compiled of one that lives on.
    return jax.jit(lambda *arguments: _expected(*arguments))


def _expected(
    parts: tuple, points: Float[Array, "N D"], values: Float[Array, "M K E"]
) -> tuple[Float[Array, "N E"], Float[Array, " N"]]:
    """The mean, and the least sum of weights of any member.

    One member follows the other, for then its weights `(K, N)` stay in the cache.
    """
    matrix, origin, slope = parts
    ones = jnp.ones((*values.shape[:2], 1), values.dtype)
    values = jnp.concatenate([values, ones], axis=2).swapaxes(1, 2)
    squared = ((jnp.einsum("nd,mdf->mnf", points, matrix) + origin[:, None]) ** 2).sum(axis=2)
    one = jnp.ones((1, len(points)), points.dtype)

    def add(carry, member):
        mean, least = carry
        slope, value, common = member
        found = value @ powers_of_two(slope @ jnp.concatenate([points.T, one, common[None]]))
        total = found[-1]
        own = found[:-1] / jnp.maximum(total, LEAST_TOTAL)[None]
        return (mean + own, jnp.minimum(least, total)), None

    members, width, size = len(values), values.shape[1] - 1, len(points)
    start = jnp.zeros((width, size), points.dtype), jnp.full(size, jnp.inf, points.dtype)
    (mean, least), _ = jax.lax.scan(add, start, (slope, values, squared))
    return mean.T / members, least


def powers_of_two(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """2^x within 4e-6 of it, faster than XLA's; what is below 2^-126 is that."""
    x = jnp.maximum(x, LEAST_EXPONENT)
    # The detour by bits: XLA would take a number that is added and taken off again for nothing.
    whole = jax.lax.bitcast_convert_type(x + ROUNDING, jnp.int32) - ROUNDING_BITS
    rest = x - whole.astype(jnp.float32)
    power = jnp.full_like(rest, POWERS_OF_TWO[-1])
    for factor in POWERS_OF_TWO[-2::-1]:
        power = power * rest + factor
    bits = jax.lax.bitcast_convert_type(power, jnp.int32) + (whole << MANTISSA_BITS)
    return jax.lax.bitcast_convert_type(bits, jnp.float32)
