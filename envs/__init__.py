"""Environments. Importing this package registers them with Gymnasium."""

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

# JAX and pymdp are imported when one of these is made.
for _name, _maker, _steps in (
    ("TMaze", "make_t_maze", 10),
    ("CueChaining", "make_cue_chaining", 20),
    ("GridWorld", "make_grid_world", 20),
):
    gym.register(
        id=f"{_name}-v0",
        entry_point=f"aifgym.envs.pymdp_envs.makers:{_maker}",
        max_episode_steps=_steps,
    )
    gym.register(
        id=f"Continuous{_name}-v0",
        entry_point=f"aifgym.envs.pymdp_envs.makers:{_maker}",
        max_episode_steps=_steps,
        kwargs={"emission_scale": 1.0},
    )
