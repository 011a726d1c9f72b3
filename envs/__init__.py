"""Environments. Importing this package registers `ContinuousLineWorld-v0` with Gymnasium."""

import gymnasium as gym

from .actions import ACTION_NAMES
from .gym_env import ContinuousLineWorldEnv
from .line_world import LineWorld
from .vector_env import ContinuousLineWorldVectorEnv

__all__ = ["ACTION_NAMES", "ContinuousLineWorldEnv", "ContinuousLineWorldVectorEnv", "LineWorld"]

gym.register(
    id="ContinuousLineWorld-v0",
    entry_point="aifgym.envs.gym_env:ContinuousLineWorldEnv",
    vector_entry_point="aifgym.envs.vector_env:ContinuousLineWorldVectorEnv",
    max_episode_steps=8,
)
