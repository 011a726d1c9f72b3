"""Observations of any space as vectors, and actions as numbers `0 .. U - 1`."""

import math

import gymnasium as gym
import numpy as np
from gymnasium import spaces

MAX_ACTIONS = 512
# Images are averaged over blocks until a side has at most this many pixels.
LARGEST_SIDE = 12


def is_discrete(space: gym.Space) -> bool:
    """Whether observations are whole numbers of a finite set, also several of them."""
    if isinstance(space, spaces.Dict):
        return all(map(is_discrete, space.spaces.values()))
    if isinstance(space, spaces.Tuple):
        return all(map(is_discrete, space.spaces))
    return isinstance(space, spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary)


def vectors(observations, space: gym.Space, one_hot: bool = True) -> np.ndarray:
    """N observations as `(N, D)` float64; that they are of the space is not checked here.

    Args:
        observations: with a first axis; `Dict` and `Tuple` as a dict or tuple of such.
        space: of one observation.
        one_hot: whether a number of a `Discrete` becomes an indicator; else it stays a number.
    """
    if isinstance(space, spaces.Dict):
        parts = [vectors(observations[k], s, one_hot) for k, s in space.spaces.items()]
        return np.concatenate(parts, axis=1)
    if isinstance(space, spaces.Tuple):
        parts = [vectors(o, s, one_hot) for o, s in zip(observations, space.spaces)]
        return np.concatenate(parts, axis=1)
    array, shape = np.asarray(observations, float), shape_of(space)
    if isinstance(space, spaces.Discrete):
        return np.eye(int(space.n))[array.astype(int) - space.start] if one_hot else array[:, None]
    if len(shape) >= 2 and math.prod(shape) > LARGEST_SIDE**2:
        array = _pooled(array)
    return array.reshape(len(array), -1)


def shape_of(space: gym.Space) -> tuple[int, ...]:
    """The shape of one observation of a space that is no `Dict` or `Tuple`."""
    return tuple(space.shape or ())


def _pooled(images: np.ndarray) -> np.ndarray:
    """`(N, H, W, ...)` averaged over blocks, so that no side is above `LARGEST_SIDE`."""
    for axis in (1, 2):
        size = images.shape[axis]
        if size > LARGEST_SIDE:
            edges = np.linspace(0, size, LARGEST_SIDE, endpoint=False).astype(int)
            sums = np.add.reduceat(images, edges, axis=axis)
            shape = [1] * images.ndim
            shape[axis] = LARGEST_SIDE
            images = sums / np.diff(np.append(edges, size)).reshape(shape)
    return images


def check_observation_space(space: gym.Space) -> None:
    """Raises TypeError for what cannot become a vector."""
    if isinstance(space, spaces.Dict | spaces.Tuple):
        parts = space.spaces.values() if isinstance(space, spaces.Dict) else space.spaces
        for part in parts:
            check_observation_space(part)
    elif not isinstance(
        space, spaces.Box | spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary
    ):
        raise TypeError(
            "observation_space must be a Box, Discrete, MultiDiscrete or MultiBinary, or a Dict or "
            f"Tuple of these, got {space}"
        )


def num_actions(space: gym.Space) -> int:
    """U, joint actions of a `MultiDiscrete`.

    Raises:
        TypeError: the actions are of another kind.
        ValueError: there are too many joint actions.
    """
    if isinstance(space, spaces.Discrete):
        return int(space.n)
    if isinstance(space, spaces.MultiDiscrete) and space.nvec.ndim == 1:
        count = math.prod(map(int, space.nvec))
        if count > MAX_ACTIONS:
            raise ValueError(
                f"action_space has {count} joint actions, at most {MAX_ACTIONS} can be planned "
                "over: leave some out with an action wrapper"
            )
        return count
    raise TypeError(
        f"action_space must be Discrete or MultiDiscrete, got {space}: discretise it, for example "
        "with gymnasium.wrappers.TransformAction and a few levels for each dimension"
    )


def actions_of(index: np.ndarray, space: gym.Space) -> np.ndarray:
    """Actions of a space, by their numbers `(N,)`: `(N,)`, or `(N, M)` of a `MultiDiscrete`."""
    if isinstance(space, spaces.Discrete):
        return np.asarray(index, np.int64) + int(space.start)
    assert isinstance(space, spaces.MultiDiscrete)  # checked by `num_actions`
    start = np.asarray(space.start, np.int64)
    return np.stack(np.unravel_index(index, tuple(space.nvec)), axis=-1).astype(np.int64) + start
