"""Vector environments of Gymnasium and of Stable-Baselines3, stepped the same way."""

from typing import Any

import gymnasium as gym
import numpy as np

from .batches import replaced
from .stepping import EnvironmentList, Environments, Stepped


def environments(source) -> Environments:
    """The environments of a Gymnasium id, a Gymnasium or SB3 environment, single or vector.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(source, str):
        source = gym.make(source)
    if isinstance(source, gym.Env):
        return EnvironmentList([source])
    if isinstance(source, gym.vector.VectorEnv):
        return GymnasiumVector(source)
    if all(hasattr(source, name) for name in ("step_async", "step_wait", "num_envs", "seed")):
        return StableBaselinesVector(source)
    raise TypeError(
        "env must be an id, a gymnasium.Env, a Gymnasium vector environment or a "
        f"VecEnv of Stable-Baselines3, got {type(source)}"
    )


class GymnasiumVector:
    """A Gymnasium vector environment of any autoreset mode."""

    over = False

    def __init__(self, env: gym.vector.VectorEnv) -> None:
        self._env, self.num_envs = env, env.num_envs
        self.observation_space = env.single_observation_space
        self.action_space = env.single_action_space
        mode = env.metadata.get("autoreset_mode", gym.vector.AutoresetMode.NEXT_STEP)
        self._mode = gym.vector.AutoresetMode(mode)
        self._resets = np.zeros(env.num_envs, bool)

    def reset(self, seed: int | None) -> Any:
        """Resets all."""
        self._resets[:] = False
        return self._env.reset(seed=seed)[0]

    def step(self, actions: np.ndarray) -> Stepped:
        """Acts in all."""
        observations, rewards, terminated, truncated, info = self._env.step(actions)
        self._following, self._ended = observations, terminated | truncated
        ends, valid = self._ended, ~self._resets
        if self._mode == gym.vector.AutoresetMode.SAME_STEP:
            final = replaced(observations, ends, info.get("final_obs"))
            return Stepped(final, rewards, terminated, ends, valid, info)
        if self._mode == gym.vector.AutoresetMode.NEXT_STEP:
            # Where an episode ended, the next call of `step` resets and its action is not used.
            restarted, self._resets = self._resets, ends.copy()
            return Stepped(observations, rewards, terminated, restarted, valid, info)
        return Stepped(observations, rewards, terminated, ends, valid, info)

    def following(self) -> Any:
        """What `step` returned; resets only where that is left to the caller."""
        if self._mode == gym.vector.AutoresetMode.DISABLED and self._ended.any():
            return self._env.reset(options={"reset_mask": self._ended})[0]
        return self._following


class StableBaselinesVector:
    """A `VecEnv` of Stable-Baselines3.

    Of a `VecNormalize`, what it wraps is seen: its statistics move while one learns.
    """

    over = False

    def __init__(self, env) -> None:
        self._env, self.num_envs = env, env.num_envs
        self.observation_space, self.action_space = env.observation_space, env.action_space
        # Not `hasattr` of the environment itself: wrappers pass on what is inside of them.
        self._normalizes = hasattr(type(env), "get_original_obs")

    def reset(self, seed: int | None) -> Any:
        """Resets all."""
        if seed is not None:
            self._env.seed(seed)
        observations = self._env.reset()
        return self._env.get_original_obs() if self._normalizes else observations

    def step(self, actions: np.ndarray) -> Stepped:
        """Acts in all."""
        observations, rewards, ends, infos = self._env.step(actions)
        cut = np.array([bool(info.get("TimeLimit.truncated")) for info in infos])
        last = [info.get("terminal_observation") for info in infos]
        if self._normalizes:
            observations, rewards = self._env.get_original_obs(), self._env.get_original_reward()
            last = [None if one is None else self._env.unnormalize_obs(one) for one in last]
        final = replaced(observations, ends, np.array([*last, None], object)[:-1])
        self._following = observations
        valid = np.ones(self.num_envs, bool)
        return Stepped(final, rewards, ends & ~cut, ends, valid, infos)

    def following(self) -> Any:
        """What `step` returned: SB3's environments reset themselves."""
        return self._following
