"""Policies that learn nothing: what is worst, what is simple, what is best."""

import numpy as np
from scipy.special import softmax

from ..envs import LineWorld
from ..envs.actions import FORWARD
from .contender import Contender


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
        self._world = world
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
        restart = np.zeros(num_envs, bool) if episode_start is None else np.asarray(episode_start)
        prior = np.where(restart[:, None], self._D, state[0])
        step = np.where(restart, 0, state[1])
        log_likelihood = exact_log_likelihood(self._world, observations)
        log_prior = np.log(prior, where=prior > 0, out=np.full(prior.shape, -np.inf))
        belief = softmax(log_likelihood + log_prior, axis=1)
        values = self._action_values[np.minimum(step, len(self._action_values) - 1)]
        action = np.einsum("nk,nku->nu", belief, values).argmax(axis=1)
        predicted = np.einsum("jkn,nk->nj", self._B[:, :, action], belief)
        return action.reshape(np.shape(observation)[:-1]), (predicted, step + 1)


def exact_log_likelihood(world: LineWorld, observations: np.ndarray) -> np.ndarray:
    """`log p(x | s)` of the true Gaussians up to a constant: `(..., 2)` in, `(..., K)` out."""
    squares = ((observations[..., None, :] - world.means) ** 2).sum(axis=-1)
    return -squares / (2 * world.emission_scale**2)


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
