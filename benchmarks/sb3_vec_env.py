"""`SB3VecEnv`, under the name by which users import it."""

from .contenders.sb3_vec_env import SB3VecEnv

__all__ = ["SB3VecEnv"]
