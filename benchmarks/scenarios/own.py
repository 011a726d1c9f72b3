"""Anybody's environment as a scenario."""

import gymnasium as gym

from ..system import current_folder
from .scenario import Scenario

EPISODE_STEPS = 1_000
"""Length of the episodes of an environment that sets none."""


def made(env_id: str, **kwargs) -> gym.Env:
    """The environment of an id.

    Raises:
        ValueError: there is none.
    """
    current_folder.on_path()
    try:
        return gym.make(env_id, **kwargs)
    except (gym.error.Error, ModuleNotFoundError) as error:
        raise ValueError(f"there is no environment {env_id!r}: {error}") from error
    except Exception as error:  # whatever somebody else's module raises
        reason = f"{type(error).__name__}: {error}"
        raise ValueError(f"environment {env_id!r} cannot be made: {reason}") from error


def of_environment(env_id: str) -> Scenario:
    """A scenario of the same name: the environment as `gym.make` gives it.

    Raises:
        ValueError: there is none of that id, or its actions are of another kind.
    """
    env = made(env_id)
    space, spec = env.action_space, env.spec
    if not isinstance(space, gym.spaces.Discrete) or space.start != 0:
        raise ValueError(f"{env_id} must have Discrete actions that start at 0, got {space}")
    steps = spec and spec.max_episode_steps
    return Scenario(env_id, "an environment of one's own", steps or EPISODE_STEPS, env_id=env_id)
