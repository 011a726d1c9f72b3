"""Value iteration over beliefs, at points: pure functions on arrays.

What acting well is worth is a piecewise linear, convex function of the belief. It is held as
vectors `(K,)`, each the value of one way to go on; backed up at some beliefs only, it stays a lower
bound everywhere (Pineau et al. 2003, "Point-based value iteration").
"""

import numpy as np

from .model import BeliefModel

# Values that change by less, in largest utilities, have converged.
TOLERANCE = 1e-5


def state_values(model: BeliefModel, num_steps: int) -> np.ndarray:
    """`(U, 1, K)`, worth of each action if the state were seen from the next step on (QMDP)."""
    value, close = np.zeros(len(model.first)), _close(model)
    for _ in range(num_steps - 1):
        after = (model.utility + _expected(model, value)).max(axis=1)
        change, value = np.abs(after - value).max(), after
        if change < close:
            break
    return (model.utility + _expected(model, value)).T[:, None]


def point_values(model: BeliefModel, points: np.ndarray, num_steps: int) -> np.ndarray:
    """Worth of each action, then of acting well for `num_steps - 1` more.

    Args:
        model: the model.
        points: `(N, K)`, beliefs at which values are backed up.
        num_steps: the horizon; fewer backups where values have converged before.

    Returns:
        `(U, N, K)`: an action at a belief is worth the largest product with its N vectors.
    """
    backup, vectors = _Backup(model, points), np.zeros((1, points.shape[1]))
    worth, close = np.full(len(points), -np.inf), _close(model)
    by_action = backup(vectors)
    for _ in range(num_steps - 1):
        values = np.einsum("nk,unk->un", points, by_action)
        best = values.argmax(axis=0)
        after = values.max(axis=0)
        if np.abs(after - worth).max() < close:
            break
        worth = after
        vectors = _useful(by_action[best, np.arange(len(points))], points)
        by_action = backup(vectors)
    return by_action


class _Backup:
    """One step of value iteration at fixed points, whose followers are the same each time."""

    def __init__(self, model: BeliefModel, points: np.ndarray) -> None:
        self._model, self._shape = model, (len(model.transitions), *points.shape)
        followers = [model.posteriors(points @ matrix) for matrix in model.transitions]
        self._joint = np.concatenate([joint for joint, _, _ in followers])
        self._outcome = np.concatenate([outcome for _, _, outcome in followers])
        source = [at + u * len(points) for u, (_, at, _) in enumerate(followers)]
        self._source = np.concatenate(source)
        self._first = np.flatnonzero(np.diff(self._source, prepend=-1))
        self._seen = model.likelihood / model.likelihood.sum(axis=1, keepdims=True)

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """`(U, N, K)`, of vectors `(V, K)` that say what follows."""
        likelihood = self._model.likelihood
        # Where an outcome is not expected: what is best if nothing else is known.
        usual = vectors[(self._seen @ vectors.T).argmax(axis=1)]
        best = vectors[(self._joint @ vectors.T).argmax(axis=1)]
        better = likelihood[self._outcome] * (best - usual[self._outcome])
        num_rows = self._shape[0] * self._shape[1]
        beyond = np.tile((likelihood * usual).sum(axis=0), (num_rows, 1))
        beyond[self._source[self._first]] += np.add.reduceat(better, self._first, axis=0)
        beyond = beyond.reshape(self._shape)
        utility = self._model.utility.T[:, None]
        return utility + beyond @ self._model.transitions.transpose(0, 2, 1)


def _useful(vectors: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The vectors that are best at a point, each once."""
    return vectors[np.unique((points @ vectors.T).argmax(axis=1))]


def _expected(model: BeliefModel, value: np.ndarray) -> np.ndarray:
    return (model.transitions @ value).T


def _close(model: BeliefModel) -> float:
    return TOLERANCE * max(float(np.abs(model.utility).max()), 1e-12)
