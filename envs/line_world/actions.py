"""The three actions."""

import operator

import numpy as np

BACK, STAY, FORWARD = 0, 1, 2
ACTION_NAMES = ("back", "stay", "forward")
NUM_ACTIONS = len(ACTION_NAMES)
ALLOWED = "0 (back), 1 (stay) or 2 (forward)"


def checked_action(action) -> int:
    """`action` as an int; ValueError when it is none of the three."""
    try:
        index = operator.index(action)
    except TypeError:
        index = -1
    if not 0 <= index < NUM_ACTIONS:
        raise ValueError(f"action must be {ALLOWED}, got {action!r}")
    return index


def checked_actions(actions: np.ndarray, num_envs: int) -> np.ndarray:
    """`actions` as an array; ValueError unless `(num_envs,)` integers, each one of the three."""
    array = np.asarray(actions)
    if array.shape != (num_envs,) or array.dtype.kind not in "iu":
        raise ValueError(f"actions must be {num_envs} integers, got {array.dtype} {array.shape}")
    if array.min() < 0 or array.max() >= NUM_ACTIONS:
        bad = array[(array < 0) | (array >= NUM_ACTIONS)][0]
        raise ValueError(f"actions must be {ALLOWED}, got {bad}")
    return array
