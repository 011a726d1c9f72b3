"""The vector environment, and Gymnasium's own around single environments."""

import gymnasium as gym
from aifgym.envs import ContinuousLineWorldVectorEnv
from gymnasium.vector import AutoresetMode
from helpers import ENV_ID


def native(num_envs=4, **kwargs) -> ContinuousLineWorldVectorEnv:
    return gym.make_vec(ENV_ID, num_envs=num_envs, **kwargs)


def single(num_envs=4, autoreset_mode=AutoresetMode.NEXT_STEP, **kwargs):
    return gym.make_vec(
        ENV_ID,
        num_envs=num_envs,
        vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": autoreset_mode},
        **kwargs,
    )
