"""What an agent remembers between two decisions: a window of the past, and the held action."""

from typing import NamedTuple

import numpy as np


class Memory(NamedTuple):
    """For N environments; `predict` hands it out and takes it back.

    Attributes:
        window: `(N, V)` float64, the newest observation, then for each step back the observation
            and the code of the action between.
        action: `(N,)` int, index of the action that was taken last.
        remaining: `(N,)` int, steps for which it is still held.
    """

    window: np.ndarray
    action: np.ndarray
    remaining: np.ndarray


def action_codes(num_actions: int) -> np.ndarray:
    """`(U, U - 1)`, what an action is in a window of the past; zeros stand for none."""
    return np.eye(num_actions)[:, 1:] - 1 / num_actions


def first_memory(observations: np.ndarray, history: int, num_actions: int) -> Memory:
    """At the start of episodes: the first observation stands in for those before it.

    Args:
        observations: `(N, D)`.
        history: observations in a window, the newest one included.
        num_actions: U.
    """
    count = len(observations)
    past = np.concatenate([observations, np.zeros((count, num_actions - 1))], axis=1)
    window = np.concatenate([observations, np.tile(past, (1, history - 1))], axis=1)
    return Memory(window, np.zeros(count, int), np.zeros(count, int))


def shifted(memory: Memory, observations: np.ndarray, num_actions: int) -> Memory:
    """One step later: the newest observation comes in, the oldest goes out."""
    dim, width = observations.shape[1], memory.window.shape[1]
    codes = action_codes(num_actions)[memory.action]
    parts = [observations, memory.window[:, :dim], codes, memory.window[:, dim:]]
    window = np.concatenate(parts, axis=1)
    return memory._replace(window=window[:, :width])


def restarted(memory: Memory, where: np.ndarray, first: Memory) -> Memory:
    """`first` where an episode starts, `memory` elsewhere."""
    arrays = zip(memory, first)
    return Memory(
        *(np.where(where.reshape(-1, *[1] * (old.ndim - 1)), new, old) for old, new in arrays)
    )
