"""Policies that learn nothing: what is worst, what is simple, what is best."""

import gymnasium as gym
import numpy as np
from scipy.special import softmax

from ...agents.acting.observations import checked_observations
from ...envs.known_world import KnownWorld, known_world
from ..scenarios.wrappers import transition_matrix
from .base import Contender
from .belief_planning import (
    act_on_beliefs,
    belief_planner,
    best_simulated_constant,
    has_belief_plan,
)
from .value_iteration import episode_steps, solved, tells_goal, world_of

WORLD = "transition matrix B and target state, before and after a change; horizon"


class Reference(Contender):
    """A policy that needs the world, and no training: a changed world is told at once."""

    def adapt(self, env_factory, budget, seed) -> None:
        """Looks at the changed world."""
        self.train(env_factory, budget, seed)


class Random(Reference):
    """Uniformly random actions."""

    name = "random"
    given = "nothing"

    def train(self, env_factory, budget=0, seed=0) -> None:
        """Only seeds the actions."""
        env = env_factory()
        self._num_actions = gym.spaces.flatdim(env.action_space)
        self._space = env.observation_space
        self._rng = np.random.default_rng(seed)

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """Draws, whatever `deterministic` says."""
        _, shape = checked_observations(observation, self._space)
        return self._rng.integers(self._num_actions, size=shape), None


class BestConstant(Reference):
    """The constant action with the highest expected return."""

    name = "best constant"
    given = f"start distribution; {WORLD}"

    def train(self, env_factory, budget=0, seed=0) -> None:
        """Expected returns in closed form, or by simulation where no world is known."""
        env = env_factory()
        self._space = env.observation_space
        if known_world(env) is None:
            self._action = best_simulated_constant(env, seed)
            return
        B, world = transition_matrix(env), world_of(env)
        horizon = episode_steps(env)
        expected = [_constant_return(B[:, :, u], world, horizon) for u in range(B.shape[2])]
        self._action = int(np.argmax(expected))
        self.hyperparameters = {"action": self._action}

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """The action."""
        return np.full(checked_observations(observation, self._space)[1], self._action), None


class Optimal(Reference):
    """Value iteration on the true state, which it sees: nobody can do better in expectation."""

    name = "full information"
    given = f"the hidden state at every step; {WORLD}"
    sees_state = True

    @classmethod
    def fits(cls, env) -> bool:
        """Whether a world is known, and what it rewards."""
        return tells_goal(env)

    def train(self, env_factory, budget=0, seed=0) -> None:
        """Solves the world that the environment holds."""
        self._action_values = solved(env_factory())

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """Memory: the number of steps `(N,)` since the start."""
        states = np.asarray(observation)
        step = _steps_since_start(states.shape, state, episode_start)
        actions = self._action_values[_within(step, self._action_values), states].argmax(axis=-1)
        return actions, step + 1


class ExactBayes(Reference):
    """Exact Bayes filter with the true densities, and QMDP over the rest of the episode.

    QMDP (Littman, Cassandra and Kaelbling 1995) values an action as if the state became known
    after it: exact where observations tell the state, optimistic where they do not. Of a discrete
    process with several factors the plan over beliefs in its place, which is exact.
    """

    name = "exact Bayes"
    given = f"emission densities; start distribution; {WORLD}"

    @classmethod
    def fits(cls, env) -> bool:
        """Whether the world is known, or a process whose beliefs can be counted."""
        return tells_goal(env) or has_belief_plan(env)

    def train(self, env_factory, budget=0, seed=0) -> None:
        """Value iteration on the world that the environment holds."""
        env = env_factory()
        self._planner = belief_planner(env)
        if self._planner is not None:
            return
        self._world = world_of(env)
        self._B, self._D = transition_matrix(env), self._world.initial_probs
        self._action_values = solved(env)

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """Memory: the prior `(N, K)` and the number of steps `(N,)` since the start."""
        if self._planner is not None:
            return act_on_beliefs(self._planner, observation, state, episode_start)
        observations = np.atleast_2d(observation)
        num_envs = len(observations)
        if state is None:
            state = np.zeros((num_envs, len(self._D))), np.zeros(num_envs, int)
            episode_start = np.ones(num_envs, bool)
        restart = np.zeros(num_envs, bool) if episode_start is None else np.asarray(episode_start)
        prior = np.where(restart[:, None], self._D, state[0])
        step = np.where(restart, 0, state[1])
        belief = exact_posterior(self._world.log_likelihood(observations), prior)
        values = self._action_values[_within(step, self._action_values)]
        action = np.einsum("nk,nku->nu", belief, values).argmax(axis=1)
        predicted = exact_prediction(self._B, action, belief)
        return action.reshape(np.shape(observation)[:-1]), (predicted, step + 1)


def exact_posterior(log_likelihood: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """`(N, K)`, Bayes' rule in float64, for priors that may be 0."""
    log_prior = np.log(prior, where=prior > 0, out=np.full(prior.shape, -np.inf))
    return softmax(log_likelihood + log_prior, axis=1)


def exact_prediction(B: np.ndarray, action: np.ndarray, belief: np.ndarray) -> np.ndarray:
    """`(N, K)`, what is believed of the next states after actions `(N,)`."""
    return np.einsum("jkn,nk->nj", B[:, :, action], belief)


def _constant_return(transitions: np.ndarray, world: KnownWorld, horizon: int) -> float:
    belief, total = world.initial_probs, 0.0
    for _ in range(horizon):
        belief = transitions @ belief
        total += belief[world.rewarded_state]
    return float(total)


def _steps_since_start(shape, state, episode_start) -> np.ndarray:
    if state is None:
        return np.zeros(shape, int)
    return state if episode_start is None else np.where(episode_start, 0, state)


def _within(step: np.ndarray, action_values: np.ndarray) -> np.ndarray:
    return np.minimum(step, len(action_values) - 1)
