"""Environments. Importing this package registers `ContinuousLineWorld-v0` with Gymnasium."""

import gymnasium as gym

from .gym_env import ContinuousLineWorldEnv
from .line_world import ACTION_NAMES, LineWorld

__all__ = ["ACTION_NAMES", "ContinuousLineWorldEnv", "LineWorld"]

gym.register(
    id="ContinuousLineWorld-v0",
    entry_point="aifgym.envs.gym_env:ContinuousLineWorldEnv",
    max_episode_steps=8,
)
