"""What the agent of a world model is given, checked and brought into shape."""

import gymnasium as gym
import numpy as np

from .memory import Memory, first_memory, restarted, shifted
from .model import WorldModel
from .spaces import shape_of, vectors


def batched(observation, space: gym.Space, one_hot: bool) -> tuple[np.ndarray, tuple[int, ...]]:
    """Observations as vectors `(N, D)`, and `()` for a single one, `(N,)` for N.

    Raises:
        ValueError: a shape is wrong, or a value not finite.
    """
    if isinstance(space, gym.spaces.Dict):
        first = next(iter(space.spaces))
        part, inner = observation[first], space[first]
    elif isinstance(space, gym.spaces.Tuple):
        part, inner = observation[0], space[0]
    else:
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
    if len(state) != 3:
        raise ValueError(f"state must be what predict returned, got {len(state)} arrays")
    memory = Memory(
        np.asarray(state[0], float), np.asarray(state[1], int), np.asarray(state[2], int)
    )
    if memory.window.shape != first.window.shape or memory.action.shape != (count,):
        raise ValueError(
            f"state must hold a window {first.window.shape} and actions ({count},), got "
            f"{memory.window.shape} and {memory.action.shape}"
        )
    memory = shifted(memory, observations, world.num_actions)
    if episode_start is None:
        return memory
    restart = np.asarray(episode_start, bool).reshape(-1)
    if restart.shape != (count,):
        raise ValueError(f"episode_start must have shape ({count},), got {restart.shape}")
    return restarted(memory, restart, first)
