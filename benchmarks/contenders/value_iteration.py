"""Value iteration where the state is seen."""

import numpy as np


def finite_horizon_values(B: np.ndarray, reward: np.ndarray, horizon: int) -> np.ndarray:
    """Value iteration backwards from the end of an episode.

    Args:
        B: `(K, K, U)`, `p(next | current, action)`.
        reward: `(K,)`, reward for reaching a state.
        horizon: T, number of steps of an episode.

    Returns:
        `(T, K, U)`, expected sum of rewards to come for `[step, state, action]`.
    """
    value, by_step = np.zeros(len(reward)), []
    for _ in range(horizon):
        action_values = np.einsum("jku,j->ku", B, reward + value)
        value = action_values.max(axis=1)
        by_step.append(action_values)
    return np.stack(by_step[::-1])
