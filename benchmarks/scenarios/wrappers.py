"""An actuator that fails."""

import gymnasium as gym
import numpy as np

from ...envs.line_world.actions import STAY


class DeadAction(gym.ActionWrapper):
    """The environment with one action that does nothing: the state stays, noise apart.

    Args:
        env: a line world.
        action: the one that fails.
    """

    def __init__(self, env: gym.Env, action: int) -> None:
        super().__init__(env)
        self.dead_action = action

    def action(self, action: int) -> int:
        """What the environment is told in place of `action`."""
        return STAY if int(action) == self.dead_action else int(action)


def transition_matrix(env: gym.Env) -> np.ndarray:
    """B as it truly is, `(K, K, U)`, a dead action included."""
    B = env.get_wrapper_attr("world").transition_matrix
    if env.has_wrapper_attr("dead_action"):
        B = B.copy()
        B[:, :, env.get_wrapper_attr("dead_action")] = B[:, :, STAY]
    return B
