"""Linear features of observations: which directions count, and in which units."""

import dataclasses
from typing import Literal

import numpy as np

from ..experience import Experience

FeatureKind = Literal["standardised", "pca", "cca"]
FEATURE_KINDS: tuple[FeatureKind, ...] = ("standardised", "pca", "cca")
# Steps ahead that canonical directions must foretell, and the correlation below which they go.
FUTURE, LEAST_CORRELATION = (1, 2, 4), 0.25
# Steps that the correlations are estimated from, at most.
MAX_STEPS = 20_000
# A direction whose variance is below this share of the largest one repeats others.
NOTHING = 1e-9
# A dimension whose standard deviation is below this share of its size is constant.
CONSTANT = 1e-7


@dataclasses.dataclass(frozen=True)
class Features:
    """`z = (x - shift) @ matrix`.

    Attributes:
        kind: how they were made.
        shift: `(D,)`.
        matrix: `(D, F)`.
    """

    kind: FeatureKind
    shift: np.ndarray
    matrix: np.ndarray

    def __call__(self, observations: np.ndarray) -> np.ndarray:
        """`(N, D)` to `(N, F)`."""
        return (observations - self.shift) @ self.matrix


def fit_features(
    kind: FeatureKind, experience: Experience, num_observed: int, most: int = 16
) -> Features:
    """Features from experience.

    `standardised` divides each dimension by its standard deviation; `pca` whitens; `cca` takes the
    directions of an observation that tell most about the next ones, apart from what the actions
    between them tell, each scaled by its canonical correlation. A dimension that never varied
    does not count.

    Args:
        kind: which.
        experience: N steps.
        num_observed: how many of the first dimensions are the newest observation, the others being
            the past; only the newest is foretold.
        most: number of features, for those that can choose.
    """
    visited = experience.visited
    shift, inverse = visited.mean(axis=0), inverse_scale(visited)
    if not inverse.any():
        return Features(kind, shift, np.zeros((len(shift), 1)))
    if kind == "cca":
        matrix = _canonical_directions(experience, shift, inverse, num_observed, most)
        if matrix is not None:
            return Features(kind, shift, matrix)
    if kind == "pca" or (inverse > 0).sum() > most:
        scaled = (visited - shift) * inverse
        values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(scaled.T)))
        order = np.argsort(values)[::-1][:most]
        order = order[values[order] > NOTHING * values.max()]
        whitening = vectors[:, order] / np.sqrt(values[order] + 1e-4 * values.max() + 1e-12)
        return Features(kind, shift, inverse[:, None] * whitening)
    return Features(kind, shift, np.diag(inverse)[:, inverse > 0])


def inverse_scale(observations: np.ndarray) -> np.ndarray:
    """`(D,)`, 1 over each dimension's standard deviation; 0 where it is constant."""
    deviation = observations.std(axis=0)
    varies = deviation > CONSTANT * np.maximum(np.abs(observations).max(axis=0), 1e-300)
    return np.where(varies, 1 / np.where(varies, deviation, 1.0), 0.0)


def _canonical_directions(experience, shift, inverse, num_observed: int, most: int):
    """`(D, F)`, or None where there are too few steps."""
    longest = max(FUTURE)
    start = np.arange(max(len(experience) - longest + 1, 0))
    start = start[experience.episodes[start] == experience.episodes[start + longest - 1]]
    if len(start) < 50:
        return None
    start = start[:: -(-len(start) // MAX_STEPS)]
    observed = experience.next_observations[:, :num_observed]
    past = (experience.observations[start] - shift) * inverse
    future = np.concatenate([observed[start + ahead - 1] for ahead in FUTURE], axis=1)
    one_hot = np.eye(experience.num_actions)[:, 1:]
    between = [one_hot[experience.actions[start + ahead]] for ahead in range(longest)]
    between = np.concatenate([*between, np.ones((len(start), 1))], axis=1)
    past, future = _residual(past, between), _residual(future, between)
    past_scale, future_scale = inverse_scale(past), inverse_scale(future)
    past, future = past * past_scale, future * future_scale
    left, right = _inverse_root(past), _inverse_root(future)
    vectors, correlations, _ = np.linalg.svd(left.T @ (past.T @ future / len(past)) @ right)
    count = min(max(2, int((correlations > LEAST_CORRELATION).sum())), most, len(correlations))
    directions = (left @ vectors[:, :count]) * correlations[:count]
    return (inverse * past_scale)[:, None] * directions


def _residual(values: np.ndarray, explained_by: np.ndarray) -> np.ndarray:
    return values - explained_by @ np.linalg.lstsq(explained_by, values, rcond=None)[0]


def _inverse_root(values: np.ndarray) -> np.ndarray:
    covariance = values.T @ values / len(values) + 1e-5 * np.eye(values.shape[1])
    eigenvalues, vectors = np.linalg.eigh(covariance)
    return vectors / np.sqrt(np.maximum(eigenvalues, 1e-7 * eigenvalues.max()))
