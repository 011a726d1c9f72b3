"""Who is compared: each trains on an environment and then speaks SB3's `predict`."""

from typing import ClassVar

from ..training import TrainConfig, fit
from ..training.fit import configured_recipe
from .contender import Contender
from .references import AlwaysForward, ExactBayes, Random


class ActiveInference(Contender):
    """Our agent, trained without labels and without rewards."""

    name = "aifgym"
    given = "transition matrix B, target state; 3,840 random-action steps without reward"
    learns = True
    expected_seconds = 3.0

    def train(self, make_env, seed, progress) -> None:
        """Collects random actions and fits the encoder."""
        config = TrainConfig()
        self._agent, history = fit(make_env(), config, seed)
        progress(1.0)
        self.reward_free_steps = history.num_transitions
        recipe = configured_recipe(config, self._agent.model.num_states)
        self.hyperparameters = {
            "objective": config.objective,
            "dynamics": config.dynamics,
            "restarts": recipe.num_restarts,
            "encoder": f"{recipe.encoder_width} x {recipe.encoder_depth}",
            "batch_size": recipe.batch_size,
            "policy_len": config.policy_len,
            "planner": config.planner,
            "preference": config.preference,
            **recipe.main._asdict(),
        }

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """The agent's own."""
        return self._agent.predict(observation, state, episode_start, deterministic)


class PPO(Contender):
    """Stable-Baselines3's PPO. Its settings are SB3's defaults, on 8 environments side by side."""

    name = "PPO"
    given = "rewards; SB3 defaults (2,048 steps per update, here 8 environments x 256), no memory"
    learns = True
    expected_seconds = 10.0
    hyperparameters: ClassVar[dict] = {"total_timesteps": 20_000, "num_envs": 8, "n_steps": 256}

    def train(self, make_env, seed, progress) -> None:
        """Learns from reward."""
        import stable_baselines3 as sb3
        import torch
        from stable_baselines3.common.vec_env import DummyVecEnv

        settings = self.hyperparameters
        steps, num_envs = settings["total_timesteps"], settings["num_envs"]

        def report(*_) -> bool:
            progress(num_envs / steps)
            return True  # go on

        torch.set_num_threads(1)  # networks this small lose time to a second thread
        env = DummyVecEnv([make_env] * num_envs)
        env.seed(seed)
        self._model = sb3.PPO(
            "MlpPolicy", env, n_steps=settings["n_steps"], seed=seed, device="cpu"
        )
        self._model.learn(steps, callback=report)
        # SB3 finishes its last rollout, so this is somewhat above what was asked.
        self.rewarded_steps = self._model.num_timesteps

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """SB3's own."""
        return self._model.predict(observation, state, episode_start, deterministic)


CONTENDERS: tuple[type[Contender], ...] = (ActiveInference, PPO, Random, AlwaysForward, ExactBayes)
