"""Stable-Baselines3's PPO in four forms, its DQN, and sb3-contrib's RecurrentPPO."""

from typing import Any, ClassVar

import gymnasium as gym
import numpy as np

from .base import Contender, EnvFactory
from .ppo_settings import TUNED_PPO, TUNING

OF_DICTS = {"MlpPolicy": "MultiInputPolicy", "MlpLstmPolicy": "MultiInputLstmPolicy"}
COMMON = "rewards, also after a change; 8 environments side by side"


class PPO(Contender):
    """SB3's PPO with its default settings, on 8 environments x 256 steps: 2,048 per update."""

    name = "PPO"
    given = f"{COMMON} x 256 steps per update; SB3's defaults otherwise; no memory"
    learns = True
    continues = True
    seconds_per_step = 0.0009
    fixed_seconds = 2.0
    num_envs: ClassVar[int] = 8
    default_settings: ClassVar[dict] = {"n_steps": 256}

    def __init__(self, settings: dict | None = None) -> None:
        super().__init__()
        self.settings = self.default_settings if settings is None else settings
        self.hyperparameters = {"num_envs": self.num_envs, **self.settings}
        self._model: Any = None  # SB3 is imported on demand
        self._steps_before = 0

    def train(self, env_factory, budget, seed) -> None:
        """Learns from reward until its steps are at least `budget`."""
        if self._model is None:
            self._model = self._make_model(self._make_envs(env_factory, seed), seed)
        self._learn(budget)

    def adapt(self, env_factory, budget, seed) -> None:
        """Goes on learning in the changed world; without a step it knows nothing of it."""
        if not budget:
            self._steps_before, self._is_changed = self._model.num_timesteps, False
            return
        if not self._is_changed:
            self._enter(self._make_envs(env_factory, seed), seed)
            self._is_changed = True
        self._learn(self._steps_before + budget)

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """SB3's own."""
        return self._model.predict(observation, state, episode_start, deterministic)

    def _enter(self, changed_envs, seed: int) -> None:
        self._model.set_env(changed_envs)

    def _make_envs(self, env_factory: EnvFactory, seed: int) -> Any:
        return seeded_envs(env_factory, self.num_envs, seed)

    def _make_model(self, env, seed: int) -> Any:
        import stable_baselines3 as sb3

        return sb3.PPO(policy_for(env, "MlpPolicy"), env, seed=seed, device="cpu", **self.settings)

    def _learn(self, until: int) -> None:
        more = until - self._model.num_timesteps
        if more > 0:
            self._model.learn(more, reset_num_timesteps=False)
        # SB3 finishes the rollout it has begun, so this may be above what was asked.
        self.rewarded_steps = self._model.num_timesteps


class TunedPPO(PPO):
    """PPO with the settings that `aifgym tune` found."""

    name = "PPO tuned"
    given = f"{COMMON}; {TUNING}; no memory"
    default_settings: ClassVar[dict] = TUNED_PPO
    seconds_per_step = 0.0006


class RestartedPPO(TunedPPO):
    """PPO tuned that forgets what it learned before a change: the changed world is a new one."""

    name = "PPO restarted"
    given = f"{COMMON}; {TUNING}; no memory; that the world has changed"

    def _enter(self, changed_envs, seed):
        self._model = self._make_model(changed_envs, seed)
        self._model.num_timesteps = self._steps_before  # those count, what they taught does not


class StackedPPO(PPO):
    """PPO that sees the last four observations."""

    name = "PPO stacked"
    given = f"{COMMON} x 256 steps per update; SB3's defaults otherwise; the last 4 observations"
    num_frames: ClassVar[int] = 4

    def __init__(self, settings: dict | None = None) -> None:
        super().__init__(settings)
        self.hyperparameters["num_frames"] = self.num_frames

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """Memory: the last observations, zeros before the first, as in `VecFrameStack`."""
        observation = np.asarray(observation)
        if state is None:
            state = np.zeros(
                (*observation.shape[:-1], self.num_frames * observation.shape[-1]), "f"
            )
        elif episode_start is not None:
            state = np.where(np.asarray(episode_start)[..., None], np.float32(0), state)
        state = np.concatenate([state[..., observation.shape[-1] :], observation], axis=-1)
        return self._model.predict(state, deterministic=deterministic)[0], state

    def _make_envs(self, env_factory, seed):
        from stable_baselines3.common.vec_env import VecFrameStack

        return VecFrameStack(super()._make_envs(env_factory, seed), self.num_frames)


class RecurrentPPO(PPO):
    """sb3-contrib's RecurrentPPO, an LSTM of 256 units, with its default settings."""

    name = "RecurrentPPO"
    given = f"{COMMON} x 128 steps per update; sb3-contrib's defaults otherwise; an LSTM's memory"
    default_settings: ClassVar[dict] = {"n_steps": 128}
    seconds_per_step = 0.006

    def _make_model(self, env, seed: int):
        import sb3_contrib

        return sb3_contrib.RecurrentPPO(
            policy_for(env, "MlpLstmPolicy"), env, seed=seed, device="cpu", **self.settings
        )


class DQN(PPO):
    """SB3's DQN with its default settings, in one environment."""

    name = "DQN"
    given = "rewards, also after a change; one environment; SB3's defaults; no memory"
    # Exploration falls over a training of known length: a larger budget is another training.
    continues = False
    num_envs = 1
    default_settings: ClassVar[dict] = {}
    seconds_per_step = 0.001

    def train(self, env_factory, budget, seed) -> None:
        """Learns from reward for `budget` steps, from nothing."""
        self._model = None
        super().train(env_factory, budget, seed)

    def adapt(self, env_factory, budget, seed) -> None:
        """Learns the changed world from nothing; without a step it knows nothing of it."""
        if not budget:
            self._before = self.rewarded_steps
            return
        self.train(env_factory, budget, seed)
        self.rewarded_steps += self._before

    def _make_model(self, env, seed: int):
        import stable_baselines3 as sb3

        return sb3.DQN(policy_for(env, "MlpPolicy"), env, seed=seed, device="cpu", **self.settings)


def seeded_envs(env_factory: EnvFactory, num_envs: int, seed: int) -> Any:
    """Environments side by side for SB3, in which torch stays on one thread."""
    import torch
    from stable_baselines3.common.vec_env import DummyVecEnv

    torch.set_num_threads(1)  # networks this small lose time to a second thread
    envs = DummyVecEnv([env_factory] * num_envs)
    envs.seed(seed)
    return envs


def policy_for(env, policy: str) -> str:
    """SB3's policy for what the environments show: `Dict` observations have their own."""
    return OF_DICTS[policy] if isinstance(env.observation_space, gym.spaces.Dict) else policy
