"""A mixture of prototypes: how much each of K states of an ensemble explains a point.

Pure functions on arrays. All members of an ensemble are one array with a leading axis `M`; `z` is a
point in each member's own features, `(N, M, D)`.
"""

from typing import Literal, NamedTuple

import numpy as np

Kind = Literal["soft", "lme"]
NUM_NEAREST = 12
# Logits are `-SHARPNESS (distance / spacing)^2`.
SHARPNESS = 4.0
# Of `0.5 RIDGE |multiplier|^2`, without which a point outside the prototypes has no solution.
RIDGE = 1e-3
MAX_NEWTON_STEPS, LARGEST_STEP, CONVERGED = 8, 4.0, 1e-2


class Weights(NamedTuple):
    """The states that explain a point, and how much.

    Attributes:
        states: `(..., n)` int.
        weight: `(..., n)` float, `r(s | x)` of these states; sums to 1 over them.
    """

    states: np.ndarray
    weight: np.ndarray


def spacing_of(prototypes: np.ndarray, neighbours: int = 3) -> np.ndarray:
    """Mean distance of each prototype `(K, D)` to its nearest others, `(K,)`, never 0."""
    count = min(neighbours + 1, len(prototypes))
    squared = squared_distances(prototypes, prototypes)
    nearest = np.sqrt(np.partition(squared, count - 1, axis=1)[:, :count])
    mean = nearest.sum(axis=1) / max(count - 1, 1)
    return np.maximum(mean, 1e-6 * max(mean.max(), 1e-6))


def squared_distances(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """`(N, D)` and `(K, D)` to `(N, K)`; by matrix product, floored at 0."""
    cross = points @ others.T
    squared = (points**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * cross
    return np.maximum(squared, 0, out=squared)


def weigh(
    points: np.ndarray,
    index: np.ndarray,
    prototypes: np.ndarray,
    width: np.ndarray | float,
    kind: Kind,
) -> Weights:
    """How the given nearest prototypes share each point.

    `soft` is the posterior of a mixture of Gaussians. `lme` is the distribution with the same
    logits that is closest to it while its mean prototype is the point itself: a minimum of free
    energy under that constraint (local maximum-entropy approximants; Arroyo and Ortiz 2006).

    Args:
        points: `(N, D)`.
        index: `(N, n)`, the nearest prototypes of each point, the nearest first.
        prototypes: `(K, D)`.
        width: of the mixture, for each point `(N,)` or for all.
        kind: `"soft"` or `"lme"`.
    """
    offsets = (prototypes[index] - points[:, None]) / np.reshape(width, (-1, 1, 1))
    logits = -SHARPNESS * np.einsum("nkd,nkd->nk", offsets, offsets)
    if kind == "soft":
        return Weights(index, _softmax(logits))
    return Weights(index, _constrained(logits, offsets))


def _softmax(logits: np.ndarray) -> np.ndarray:
    weight = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weight / weight.sum(axis=1, keepdims=True)


def _constrained(logits: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Weights proportional to `exp(logits + multiplier . offset)` whose mean offset is 0.

    The multiplier minimises `log Z + 0.5 RIDGE |multiplier|^2`, by damped Newton steps.
    """
    dim = offsets.shape[-1]
    multiplier = np.zeros((len(offsets), dim))
    diagonal = np.arange(dim)
    flipped = np.ascontiguousarray(offsets.transpose(0, 2, 1))
    for _ in range(MAX_NEWTON_STEPS):
        weight = _softmax(logits + (offsets @ multiplier[..., None])[..., 0])
        mean = (flipped @ weight[..., None])[..., 0]
        gradient = mean + RIDGE * multiplier
        hessian = (flipped * weight[:, None]) @ offsets - mean[:, :, None] * mean[:, None]
        hessian[:, diagonal, diagonal] += RIDGE + 1e-6
        step = np.linalg.solve(hessian, gradient[..., None])[..., 0]
        length = np.sqrt((step**2).sum(axis=1, keepdims=True))
        step *= np.minimum(1, LARGEST_STEP / np.maximum(length, 1e-9))
        multiplier -= step
        if np.abs(gradient).max(initial=0) < CONVERGED:
            break
    return _softmax(logits + (offsets @ multiplier[..., None])[..., 0])


def nearest(points: np.ndarray, prototypes: np.ndarray, count: int) -> np.ndarray:
    """`(N, n)` int, the nearest prototypes of each point, the nearest first."""
    squared = squared_distances(points, prototypes)
    count = min(count, squared.shape[1])
    rows = np.arange(len(points))[:, None]
    found = np.argpartition(squared, count - 1, axis=1)[:, :count]
    return found[rows, np.argsort(squared[rows, found], axis=1)]


def encode(
    points: np.ndarray,
    prototypes: np.ndarray,
    spacing: np.ndarray,
    kind: Kind,
    chunk: int = 4096,
) -> Weights:
    """`r(s | x)` of points `(N, D)` over the prototypes `(K, D)` of one discretisation."""
    parts = []
    for start in range(0, max(len(points), 1), chunk):
        part = points[start : start + chunk]
        index = nearest(part, prototypes, NUM_NEAREST)
        parts.append(weigh(part, index, prototypes, float(spacing.mean()), kind))
    return Weights(*(np.concatenate(arrays) for arrays in zip(*parts)))
