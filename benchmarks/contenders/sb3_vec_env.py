"""Gymnasium's vector environments for Stable-Baselines3."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn


class SB3VecEnv(VecEnv):
    """A Gymnasium `VectorEnv` behind SB3's `VecEnv`, so that SB3 trains on it.

    ```python
    envs = gym.make_vec(
        "aifgym.envs:ContinuousLineWorld-v0", num_envs=64, autoreset_mode="SameStep"
    )
    PPO("MlpPolicy", VecMonitor(SB3VecEnv(envs))).learn(100_000)
    ```

    As SB3 wants it, an episode that ends is reset in the same step: its last observation is
    `infos[i]["terminal_observation"]`, `infos[i]["TimeLimit.truncated"]` says why it ended, and
    the rest of `infos[i]` is of its last step. `reset_infos` are those of the last resets.

    Args:
        env: a vector environment in autoreset mode `SAME_STEP`.

    Raises:
        ValueError: it resets in another way.
    """

    def __init__(self, env: gym.vector.VectorEnv) -> None:
        mode = env.metadata.get("autoreset_mode")
        if mode is not AutoresetMode.SAME_STEP:
            raise ValueError(
                f"env must reset in the same step (autoreset_mode='SameStep'), its mode is {mode}"
            )
        self.env = env
        self._actions: np.ndarray | None = None
        super().__init__(env.num_envs, env.single_observation_space, env.single_action_space)

    def reset(self) -> VecEnvObs:
        """Starts all episodes, with what `seed` and `set_options` asked for."""
        options = self._options[0]
        if any(other != options for other in self._options):
            raise ValueError(f"options must be the same for all environments, got {self._options}")
        observations, info = self.env.reset(seed=self._seeds[0], options=options or None)
        self.reset_infos = _by_environment(info, self.num_envs)
        self._reset_seeds()
        self._reset_options()
        return observations

    def step_async(self, actions: np.ndarray) -> None:
        """Keeps the actions for `step_wait`."""
        self._actions = actions

    def step_wait(self) -> VecEnvStepReturn:
        """Steps; `(N, ...)` observations, `(N,)` float32 rewards, `(N,)` bool dones, N infos."""
        observations, rewards, terminated, truncated, info = self.env.step(self._actions)
        dones = terminated | truncated
        final_obs, final_info = info.pop("final_obs", None), info.pop("final_info", {})
        infos = _by_environment(info, self.num_envs)
        if dones.any():
            final_infos = _by_environment(final_info, self.num_envs)
            for index in np.flatnonzero(dones):
                self.reset_infos[index], infos[index] = infos[index], final_infos[index]
                infos[index]["terminal_observation"] = final_obs[index]
                infos[index]["TimeLimit.truncated"] = bool(truncated[index] & ~terminated[index])
        return observations, rewards.astype(np.float32), dones, infos

    def close(self) -> None:
        """Closes the vector environment."""
        self.env.close()

    def get_images(self) -> Sequence[np.ndarray | None]:
        """What the vector environment renders."""
        return [np.asarray(frame) for frame in self.env.render() or ()]

    def get_attr(self, attr_name: str, indices=None) -> list[Any]:
        """The vector environment's attribute, once for each environment asked for."""
        value = getattr(self.env, attr_name)
        return [value for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices=None) -> None:
        """Sets the vector environment's attribute; it has none of single environments."""
        self._check_all(indices)
        setattr(self.env, attr_name, value)

    def env_method(self, method_name: str, *args, indices=None, **kwargs) -> list[Any]:
        """Calls the vector environment's method once; what it returns for each environment."""
        self._check_all(indices)
        result = getattr(self.env, method_name)(*args, **kwargs)
        return [result for _ in range(self.num_envs)]

    def env_is_wrapped(self, wrapper_class, indices=None) -> list[bool]:
        """False: there are no single environments that could be wrapped."""
        return [False for _ in self._get_indices(indices)]

    def _check_all(self, indices) -> None:
        if len(list(self._get_indices(indices))) != self.num_envs:
            raise ValueError("indices must be None: the environments are one and cannot be parted")


def _by_environment(info: dict[str, Any], num_envs: int) -> list[dict[str, Any]]:
    """Gymnasium's dictionary of arrays and masks as SB3's list of dictionaries."""
    infos: list[dict[str, Any]] = [{} for _ in range(num_envs)]
    for name, values in info.items():
        if name.startswith("_") or isinstance(values, dict):
            continue
        listed = values.tolist() if values.ndim == 1 else list(values)
        for index in np.flatnonzero(info.get(f"_{name}", np.ones(num_envs, bool))):
            infos[index][name] = listed[index]
    return infos
