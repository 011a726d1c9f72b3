"""An ensemble of mixtures: several discretisations of the same observations, encoded at once."""

import dataclasses
import os
from functools import cached_property

import numpy as np

from ..encoders.mixture import NUM_NEAREST, Kind, Weights, nearest, weigh
from .mixture_values import Logits, expected, logits_of

# Where a member has fewer prototypes than another, the rest stand here and explain nothing.
FAR = 1e6
# Features end here, so that what explains nothing is never the nearest.
LARGEST_FEATURE = FAR / 10
# From this many observations on, what is expected is compiled.
MANY = 64
# Compiled code hangs in a process that was forked from this one.
_HOME = os.getpid()


@dataclasses.dataclass(frozen=True)
class MixtureEnsemble:
    """M members, each with features and prototypes of its own, padded to one size.

    Attributes:
        shift: `(M, D)`.
        matrix: `(M, D, F)`; the features of member m are `(x - shift[m]) @ matrix[m]`.
        prototypes: `(M, K, F)`.
        spacing: `(M, K)`.
        kind: `"soft"` or `"lme"`, see `mixture.weigh`.
    """

    shift: np.ndarray
    matrix: np.ndarray
    prototypes: np.ndarray
    spacing: np.ndarray
    kind: Kind

    def encode(self, observations: np.ndarray) -> Weights:
        """`(N, D)` to the weights `(N, M, n)` of the states nearest in each member."""
        members, size, dim = self.prototypes.shape
        features = np.matmul((observations - self.shift[:, None]), self.matrix)
        features = np.clip(features, -LARGEST_FEATURE, LARGEST_FEATURE)
        index = self._nearest(features)
        flat = (index + np.arange(members)[:, None, None] * size).reshape(-1, index.shape[-1])
        weights = weigh(
            features.reshape(-1, dim),
            flat,
            self.prototypes.reshape(-1, dim),
            np.repeat(self.width, len(observations)),
            self.kind,
        )
        shape = (members, len(observations), -1)
        return Weights(index.swapaxes(0, 1), weights.weight.reshape(shape).swapaxes(0, 1))

    @cached_property
    def width(self) -> np.ndarray:
        """`(M,)`, of each member's mixture: the mean spacing of its prototypes."""
        own = self.prototypes[:, :, 0] < FAR
        return (self.spacing * own).sum(axis=1) / own.sum(axis=1)

    def expected(self, observations: np.ndarray, values: np.ndarray) -> np.ndarray:
        """`(N, E)`, the mean over members of values `(M, K, E)` expected under their mixtures."""
        if len(observations) < MANY or self.kind != "soft" or os.getpid() != _HOME:
            return self._expected(observations, values)
        mean, reliable = expected(self._logits, observations, values)
        if reliable.all():
            return mean
        mean = mean.astype(float)
        mean[~reliable] = self._expected(observations[~reliable], values)
        return mean

    def _expected(self, observations: np.ndarray, values: np.ndarray) -> np.ndarray:
        index, weight = self.encode(observations)
        found = values[np.arange(len(values))[:, None], index]
        return np.einsum("nmk,nmke->ne", weight, found) / len(values)

    @cached_property
    def _logits(self) -> Logits:
        return logits_of(self.shift, self.matrix, self.prototypes, self.width)

    def _nearest(self, features: np.ndarray) -> np.ndarray:
        """`(M, N, n)`, one array operation for few points, one member after the other for many."""
        if features.shape[1] > 8:
            pairs = zip(features, self.prototypes)
            return np.stack([nearest(points, own, NUM_NEAREST) for points, own in pairs])
        difference = features[:, :, None] - self.prototypes[:, None]
        squared = np.einsum("mnkf,mnkf->mnk", difference, difference)
        count = min(NUM_NEAREST, squared.shape[2])
        found = np.argpartition(squared, count - 1, axis=2)[:, :, :count]
        distance = np.take_along_axis(squared, found, axis=2)
        return np.take_along_axis(found, np.argsort(distance, axis=2), axis=2)


def joined(
    features: list[tuple[np.ndarray, np.ndarray]],
    prototypes: list[np.ndarray],
    spacing: list[np.ndarray],
    kind: Kind,
) -> MixtureEnsemble:
    """The ensemble of members of any sizes.

    Args:
        features: shift `(D,)` and matrix `(D, F_m)` of each.
        prototypes: `(K_m, F_m)` of each.
        spacing: `(K_m,)` of each.
        kind: of all.
    """
    size = max(len(own) for own in prototypes)
    dim = max(own.shape[1] for own in prototypes)
    padded = [
        np.pad(
            np.pad(own, ((0, 0), (0, dim - own.shape[1]))),
            ((0, size - len(own)), (0, 0)),
            constant_values=FAR,
        )
        for own in prototypes
    ]
    return MixtureEnsemble(
        np.stack([shift for shift, _ in features]),
        np.stack([np.pad(m, ((0, 0), (0, dim - m.shape[1]))) for _, m in features]),
        np.stack(padded),
        np.stack([np.pad(own, (0, size - len(own)), constant_values=1.0) for own in spacing]),
        kind,
    )


def padded_values(values: list[np.ndarray], size: int) -> np.ndarray:
    """`(M, K, E)` of arrays `(K_m, E)`; what stands for no state is 0."""
    return np.stack([np.pad(own, ((0, size - len(own)), (0, 0))) for own in values])
