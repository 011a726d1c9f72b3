"""Environments. Importing this package registers `ContinuousLineWorld-v0` with Gymnasium."""

import gymnasium as gym

from .line_world.actions import ACTION_NAMES
from .line_world.gym_env import ContinuousLineWorldEnv
from .line_world.vector_env import ContinuousLineWorldVectorEnv
from .line_world.world import LineWorld

__all__ = ["ACTION_NAMES", "ContinuousLineWorldEnv", "ContinuousLineWorldVectorEnv", "LineWorld"]

gym.register(
    id="ContinuousLineWorld-v0",
    entry_point="aifgym.envs.line_world.gym_env:ContinuousLineWorldEnv",
    vector_entry_point="aifgym.envs.line_world.vector_env:ContinuousLineWorldVectorEnv",
    max_episode_steps=8,
)
