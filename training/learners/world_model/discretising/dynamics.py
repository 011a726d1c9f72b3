"""How states move, from samples near each prototype: local linear regression."""

from typing import NamedTuple

import numpy as np
from scipy.spatial import KDTree

# Ridge of the slope, in squared spacings; of the intercept, so that the solution exists.
SLOPE_RIDGE, INTERCEPT_RIDGE = 0.1, 1e-9
# A sample that is far away still counts this much: somebody has to.
LEAST_WEIGHT = 1e-9
# Weight of what is usual where nothing goes on nearby.
FEW = 1e-3
# Endings near a state that say what ending there brings.
NUM_ENDINGS = 8


class Samples(NamedTuple):
    """What one control did.

    Attributes:
        start: `(N, D)`, features where it began.
        move: `(N, D)`, features where it ended, minus `start`.
        rewards: `(N,)`.
        ended: `(N,)` bool, whether the episode ended on the way.
        tree: of `start`.
    """

    start: np.ndarray
    move: np.ndarray
    rewards: np.ndarray
    ended: np.ndarray
    tree: KDTree


class LocalFit(NamedTuple):
    """What one control does at each of K prototypes.

    Attributes:
        intercept: `(K, D)`, where it leads on average, minus the prototype.
        residual: `(K, n, D)`, what the average leaves, of the nearest samples; mean 0.
        weight: `(K, n)`, of these samples; sums to 1.
        reward: `(K,)`, where the episode goes on.
        tries: `(K,)`, samples within about one spacing.
    """

    intercept: np.ndarray
    residual: np.ndarray
    weight: np.ndarray
    reward: np.ndarray
    tries: np.ndarray


def samples(start: np.ndarray, end: np.ndarray, rewards: np.ndarray, ended: np.ndarray) -> Samples:
    """Samples of one control, ready for `local_fit`."""
    return Samples(start, end - start, rewards, ended, KDTree(start))


def local_fit(control: Samples, prototypes: np.ndarray, spacing: np.ndarray) -> LocalFit:
    """Carries one control's samples to the prototypes.

    For each prototype the moves of the `4 (D + 1)` nearest samples are regressed on where they
    began, relative to the prototype, with Gaussian weights as wide as the median sample is away;
    the intercept is the move from the prototype itself. Averaging moves instead smears a value
    that planning then carries over many steps.

    Args:
        control: its samples, at least one.
        prototypes: `(K, D)`.
        spacing: `(K,)`.
    """
    num, dim = prototypes.shape
    count = min(4 * (dim + 1), len(control.start))
    distance, index = control.tree.query(prototypes, k=count)
    distance, index = distance.reshape(num, count), index.reshape(num, count)
    width = np.maximum(distance[:, count // 2], spacing)[:, None]
    weight = np.exp(-0.5 * (distance / width) ** 2) + LEAST_WEIGHT
    offset = control.start[index] - prototypes[:, None]
    move = control.move[index]
    design = np.concatenate([np.ones((num, count, 1)), offset], axis=2)
    weighted = (design * weight[:, :, None]).transpose(0, 2, 1)
    gram = weighted @ design
    diagonal = np.arange(1, dim + 1)
    gram[:, diagonal, diagonal] += SLOPE_RIDGE * spacing[:, None] ** 2
    gram[:, 0, 0] += INTERCEPT_RIDGE
    coefficients = np.linalg.solve(gram, weighted @ move)
    weight /= weight.sum(axis=1, keepdims=True)
    residual = move - design @ coefficients
    residual -= np.einsum("kn,knd->kd", weight, residual)[:, None]
    return LocalFit(
        coefficients[:, 0],
        residual,
        weight,
        _mean_reward(control, index, weight),
        np.exp(-0.5 * (distance / spacing[:, None]) ** 2).sum(axis=1),
    )


def _mean_reward(control: Samples, index: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Of samples that did not end the episode; where there are none, of those anywhere.

    What ending brings must not come in here: a state beside the end would give it again and again.
    """
    goes_on = ~control.ended
    usual = control.rewards[goes_on].mean() if goes_on.any() else 0.0
    weight = weight * goes_on[index]
    total = (weight * control.rewards[index]).sum(axis=1) + FEW * usual
    return total / (weight.sum(axis=1) + FEW)


def ending_rewards(endings: Samples | None, prototypes: np.ndarray, spacing) -> np.ndarray:
    """`(K,)`, what ending an episode near a state brought on average; 0 where none ended."""
    if endings is None:
        return np.zeros(len(prototypes))
    count = min(NUM_ENDINGS, len(endings.start))
    distance, index = endings.tree.query(prototypes, k=count)
    distance, index = distance.reshape(-1, count), index.reshape(-1, count)
    width = np.maximum(distance[:, :1], spacing[:, None])
    weight = np.exp(-0.5 * (distance / width) ** 2)
    return (weight * endings.rewards[index]).sum(axis=1) / weight.sum(axis=1)


def spread(fit: LocalFit, num: int, rng: np.random.Generator) -> np.ndarray:
    """`(K, num, D)`, moves with their noise: residuals of the samples put back.

    They are drawn in strata by weight, and centred, so that the mean stays the regression's.
    """
    edges = np.cumsum(fit.weight, axis=1)
    levels = (np.arange(num) + rng.random()) / num
    picked = (edges[:, None] < levels[None, :, None]).sum(axis=2)
    picked = np.minimum(picked, fit.weight.shape[1] - 1)
    residual = np.take_along_axis(fit.residual, picked[:, :, None], axis=1)
    return fit.intercept[:, None] + residual - residual.mean(axis=1, keepdims=True)


def noise_ratio(fit: LocalFit, spacing: np.ndarray) -> np.ndarray:
    """`(K,)`, standard deviation of the residuals in spacings.

    The regression's own degrees of freedom are taken off the samples that it was fitted to.
    """
    dim = fit.residual.shape[2]
    effective = 1 / (fit.weight**2).sum(axis=1)
    left = np.maximum(effective - dim - 1, 0.5) / effective
    variance = np.einsum("kn,knd->k", fit.weight, fit.residual**2) / left
    return np.sqrt(variance) / spacing
