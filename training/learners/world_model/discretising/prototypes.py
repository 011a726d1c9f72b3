"""Where the states of a discretisation are: points far from each other."""

import numpy as np

# Candidates for farthest-point sampling; more of them cost time and move few prototypes.
MAX_CANDIDATES = 6000


def farthest_points(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Places in `points` of points each as far as possible from those before it, `(K,)`.

    The first is drawn; the others follow greedily (Gonzalez 1985). Equal points are taken once, so
    that fewer than `count` may come back.

    Args:
        points: `(N, D)`.
        count: how many at most.
        rng: draws the first, and the candidates where there are more than `MAX_CANDIDATES`.
    """
    candidates = np.arange(len(points))
    if len(points) > MAX_CANDIDATES:
        candidates = rng.choice(len(points), MAX_CANDIDATES, replace=False)
        points = points[candidates]
    chosen = [int(rng.integers(len(points)))]
    distance = _squared(points, points[chosen[0]])
    while len(chosen) < min(count, len(points)):
        farthest = int(np.argmax(distance))
        if distance[farthest] <= 0:
            break
        chosen.append(farthest)
        np.minimum(distance, _squared(points, points[farthest]), out=distance)
    return candidates[chosen]


def num_prototypes(num_decisions: int, most: int) -> int:
    """A quarter of the decisions so far, at least 40 and at most `most`."""
    return int(min(most, max(40, num_decisions // 4)))


def _squared(points: np.ndarray, point: np.ndarray) -> np.ndarray:
    difference = points - point
    return np.einsum("nd,nd->n", difference, difference)
