"""Who is compared: each trains on an environment and then speaks SB3's `predict`."""

import abc
from collections.abc import Callable
from typing import ClassVar

import gymnasium as gym
import numpy as np
from scipy.special import softmax

from ..envs.line_world import FORWARD
from ..training import TrainConfig, fit

Progress = Callable[[float], None]


class Contender(abc.ABC):
    """A policy and how it comes about. A subclass sets the class variables and `predict`.

    Attributes:
        name: as the table shows it.
        given: what it was given, for the reader of the table.
        learns: whether training seeds matter; if not, it runs once.
        expected_seconds: of one trial on two cores, for the progress bar.
        reward_free_steps: environment steps used in training without reward.
        rewarded_steps: environment steps used in training with reward.
        hyperparameters: all settings that are not defaults of its library.
    """

    name: ClassVar[str]
    given: ClassVar[str]
    learns: ClassVar[bool] = False
    expected_seconds: ClassVar[float] = 1.0
    reward_free_steps: int = 0
    rewarded_steps: int = 0
    hyperparameters: ClassVar[dict] = {}

    def train(  # noqa: B027  a policy that needs no training leaves this as it is
        self, make_env: Callable[[], gym.Env], seed: int, progress: Progress
    ) -> None:
        """Learns from environments that `make_env` makes.

        Args:
            make_env: makes a new environment.
            seed: of the training.
            progress: called with the fraction of the training done since the last call.
        """

    @abc.abstractmethod
    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """SB3's protocol: actions `(N,)` and the memory to hand back."""


class ActiveInference(Contender):
    """Our agent, trained without labels and without rewards."""

    name = "aifgym"
    given = "transition matrix B, target state; 3,840 random-action steps without reward"
    learns = True
    expected_seconds = 9.0

    def train(self, make_env, seed, progress) -> None:
        """Collects random actions and fits the encoder."""
        config = TrainConfig()
        self._agent, history = fit(
            make_env(), config, seed, progress=lambda steps: progress(steps / config.train_steps)
        )
        self.reward_free_steps = history.num_transitions

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


class Random(Contender):
    """Uniformly random actions."""

    name = "random"
    given = "nothing"

    def train(self, make_env, seed, progress) -> None:
        """Only seeds the actions."""
        self._num_actions = int(make_env().action_space.n)
        self._rng = np.random.default_rng(seed)

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """Draws, whatever `deterministic` says."""
        return self._rng.integers(self._num_actions, size=np.shape(observation)[:-1]), None


class AlwaysForward(Contender):
    """The constant action that is optimal when the target is the line's end."""

    name = "always forward"
    given = "nothing"

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """Forward."""
        return np.full(np.shape(observation)[:-1], FORWARD), None


class ExactBayes(Contender):
    """Exact Bayes filter with the true densities, and QMDP over the rest of the episode.

    QMDP (Littman, Cassandra and Kaelbling 1995) values an action as if the state became known
    after it: exact where observations tell the state, optimistic where they do not.
    """

    name = "exact Bayes"
    given = "emission densities, transition matrix B, start distribution, target, horizon"

    def train(self, make_env, seed, progress) -> None:
        """Value iteration on the world that the environment holds."""
        env = make_env()
        world, horizon = env.unwrapped.world, env.spec.max_episode_steps
        self._means, self._scale = world.means, world.emission_scale
        self._B, self._D = world.transition_matrix, world.initial_probs
        reward = np.eye(world.num_states)[world.rewarded_state]
        self._action_values = finite_horizon_values(self._B, reward, horizon)

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """Memory: the prior `(N, K)` and the number of steps `(N,)` since the start."""
        observations = np.atleast_2d(observation)
        num_envs = len(observations)
        if state is None:
            state = np.zeros((num_envs, len(self._D))), np.zeros(num_envs, int)
            episode_start = np.ones(num_envs, bool)
        restart = np.asarray(episode_start, bool)
        prior = np.where(restart[:, None], self._D, state[0])
        step = np.where(restart, 0, state[1])
        squares = ((observations[:, None] - self._means) ** 2).sum(axis=-1)
        log_likelihood = -squares / (2 * self._scale**2)
        log_prior = np.log(prior, where=prior > 0, out=np.full(prior.shape, -np.inf))
        belief = softmax(log_likelihood + log_prior, axis=1)
        values = self._action_values[np.minimum(step, len(self._action_values) - 1)]
        action = np.einsum("nk,nku->nu", belief, values).argmax(axis=1)
        predicted = np.einsum("jkn,nk->nj", self._B[:, :, action], belief)
        return action.reshape(np.shape(observation)[:-1]), (predicted, step + 1)


def finite_horizon_values(B: np.ndarray, reward: np.ndarray, horizon: int) -> np.ndarray:
    """Value iteration backwards from the end of an episode.

    Args:
        B: `(K, K, U)`, `p(next | current, action)`.
        reward: `(K,)`, reward for reaching a state.
        horizon: T, number of steps of an episode.

    Returns:
        `(T, K, U)`, expected sum of rewards to come for `[step, state, action]`.
    """
    value, by_step = np.zeros(len(reward)), []
    for _ in range(horizon):
        action_values = np.einsum("jku,j->ku", B, reward + value)
        value = action_values.max(axis=1)
        by_step.append(action_values)
    return np.stack(by_step[::-1])


CONTENDERS: tuple[type[Contender], ...] = (ActiveInference, PPO, Random, AlwaysForward, ExactBayes)
