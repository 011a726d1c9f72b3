"""What the agent of a world model is given, checked and brought into shape."""

import gymnasium as gym
import numpy as np

from ..acting.checks import as_numbers, checked_starts, refused
from .memory import Memory, first_memory, restarted, shifted
from .model import WorldModel
from .spaces import shape_of, vectors


def batched(observation, space: gym.Space, one_hot: bool) -> tuple[np.ndarray, tuple[int, ...]]:
    """Observations as vectors `(N, D)`, and `()` for a single one, `(N,)` for N.

    Raises:
        ValueError: a shape is wrong, or a value not finite.
    """
    if isinstance(space, gym.spaces.Dict):
        if not isinstance(observation, dict) or set(observation) != set(space.spaces):
            raise refused(observation, "observation", f"the keys must be {list(space.spaces)}")
        first = next(iter(space.spaces))
        part, inner = observation[first], space[first]
    elif isinstance(space, gym.spaces.Tuple):
        if not isinstance(observation, tuple | list) or len(observation) != len(space.spaces):
            raise refused(observation, "observation", f"it must be a tuple of {len(space.spaces)}")
        part, inner = observation[0], space[0]
    else:
        observation = as_numbers(observation, "observation")
        part, inner = observation, space
    if isinstance(inner, gym.spaces.Dict | gym.spaces.Tuple):
        _, shape = batched(part, inner, one_hot)
    else:
        ndim = np.ndim(part) - len(shape_of(inner))
        if ndim not in (0, 1):
            raise ValueError(
                f"observation must have shape {shape_of(inner)} or (N, ...), got {np.shape(part)}"
            )
        shape = np.shape(part)[:ndim]
    if not shape:
        observation = _with_axis(observation, space)
    return vectors(observation, space, one_hot), shape


def _with_axis(observation, space: gym.Space):
    if isinstance(space, gym.spaces.Dict):
        return {key: _with_axis(observation[key], part) for key, part in space.spaces.items()}
    if isinstance(space, gym.spaces.Tuple):
        pairs = zip(observation, space.spaces)
        return tuple(_with_axis(part, own) for part, own in pairs)
    return np.asarray(observation)[None]


def recalled(state, episode_start, observations: np.ndarray, world: WorldModel) -> Memory:
    """The memory with the newest observations in it.

    Args:
        state: what `predict` returned, or None.
        episode_start: `(N,)` bool or None.
        observations: `(N, D)`.
        world: the model.

    Raises:
        ValueError: a shape is wrong.
    """
    count = len(observations)
    first = first_memory(observations, world.history, world.num_actions)
    if state is None:
        return first
    memory = _checked_memory(state, first, world.num_actions)
    memory = shifted(memory, observations, world.num_actions)
    if episode_start is None:
        return memory
    return restarted(memory, checked_starts(episode_start, count), first)


def _checked_memory(state, first: Memory, num_actions: int) -> Memory:
    if not isinstance(state, tuple | list) or len(state) != 3:
        count = f" of {len(state)}" if hasattr(state, "__len__") else ""
        raise ValueError(
            f"state must be what predict returned, a tuple of 3 arrays, got "
            f"{type(state).__name__}{count}"
        )
    window, action, remaining = (as_numbers(array, "state") for array in state)
    if [array.shape for array in (window, action, remaining)] != [a.shape for a in first]:
        raise ValueError(
            f"state must hold a window {first.window.shape} and actions {first.action.shape}, got "
            f"{window.shape} and {action.shape}"
        )
    usable = (
        np.isfinite(window).all() and action.dtype.kind in "iu" and remaining.dtype.kind in "iu"
    )
    if not usable or not ((action >= 0) & (action < num_actions)).all():
        raise ValueError("state must hold a finite window and numbers of actions")
    return Memory(window.astype(float), action.astype(int), remaining.astype(int))
