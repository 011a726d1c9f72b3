"""What `VecNormalize` did to observations, undone."""

from typing import Any

import numpy as np
import torch
from stable_baselines3.common.running_mean_std import RunningMeanStd
from stable_baselines3.common.vec_env import VecEnv, VecNormalize

SHIFT, SCALE = "normalization.shift.", "normalization.scale."


class Normalization:
    """The statistics of a `VecNormalize`: as they are now, or as they were when they were stored.

    Clipped observations stay at the limit.
    """

    def __init__(self) -> None:
        self._env: VecEnv | None = None
        self._kept: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def follow(self, env: VecEnv | None) -> None:
        """Uses the statistics of these environments from now on, or none if they have none.

        With wrappers around it, `VecNormalize` is part of what they show.
        """
        self._env = env

    @property
    def statistics(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Mean and standard deviation by key of the observation, `""` where it has none."""
        if self._env is None:
            return self._kept
        if not isinstance(self._env, VecNormalize) or not self._env.norm_obs:
            return {}
        found: Any = self._env.obs_rms
        by_key = found if isinstance(found, dict) else {"": found}
        return {key: _moments(own, self._env.epsilon) for key, own in by_key.items()}

    def undone(self, observation):
        """Observations as they were before."""
        statistics = self.statistics
        if not statistics:
            return observation
        if "" in statistics:
            shift, scale = statistics[""]
            return np.asarray(observation) * scale + shift
        changed = {k: np.asarray(observation[k]) * s + m for k, (m, s) in statistics.items()}
        return {**observation, **changed}

    def tensors(self) -> dict[str, torch.Tensor]:
        """The statistics by name."""
        tensors = {}
        for key, (shift, scale) in self.statistics.items():
            tensors |= {SHIFT + key: torch.tensor(shift), SCALE + key: torch.tensor(scale)}
        return tensors

    def load(self, tensors: dict[str, Any]) -> dict[str, Any]:
        """Takes the statistics out of `tensors`; what is left."""
        keys = [name.removeprefix(SHIFT) for name in tensors if name.startswith(SHIFT)]
        self._kept = {
            key: (tensors.pop(SHIFT + key).numpy(), tensors.pop(SCALE + key).numpy())
            for key in keys
        }
        return tensors


def _moments(statistics: RunningMeanStd, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    return statistics.mean.copy(), np.sqrt(statistics.var + epsilon)
