"""Environments side by side: what is asked of them, and a list of Gymnasium's."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import gymnasium as gym
import numpy as np

from .batches import batch


class Stepped(NamedTuple):
    """What one step brought, in N environments.

    Attributes:
        observations: of the step, the last ones of episodes too.
        rewards: `(N,)`.
        ended: `(N,)` bool, the episode terminated.
        restarted: `(N,)` bool, another episode begins with the next step.
        valid: `(N,)` bool, false where the environment did not act but was reset.
        info: what the environments said besides, in their own form.
    """

    observations: Any
    rewards: np.ndarray
    ended: np.ndarray
    restarted: np.ndarray
    valid: np.ndarray
    info: Any


class Environments(Protocol):
    """N environments side by side."""

    observation_space: gym.Space
    action_space: gym.Space
    num_envs: int

    @property
    def over(self) -> bool:
        """Whether there is nothing more to act in."""
        ...

    def reset(self, seed: int | None) -> Any:
        """Resets all; observations with a first axis."""
        ...

    def step(self, actions: np.ndarray) -> Stepped:
        """Acts in all."""
        ...

    def following(self) -> Any:
        """What the next action is chosen on: where an episode ended, another one has begun.

        Asked for only where somebody goes on, so that nothing is reset in vain.
        """
        ...


class EnvironmentList:
    """Gymnasium environments, each one after the other."""

    def __init__(
        self,
        envs: Sequence[gym.Env],
        restart: bool = True,
        see: Callable[[Any, dict], Any] = lambda observation, info: observation,
    ) -> None:
        """Resets nothing yet.

        Args:
            envs: N environments.
            restart: whether an environment whose episode has ended begins another one; else it
                stops, its last observation is repeated, and what is chosen for it does not count.
            see: what of an environment's observation and `info` counts as its observation.
        """
        self._envs, self._restart, self._see = list(envs), restart, see
        self.num_envs = len(self._envs)
        self.observation_space = self._envs[0].observation_space
        self.action_space = self._envs[0].action_space
        self._running = np.ones(self.num_envs, bool)

    @property
    def over(self) -> bool:
        """Whether all have stopped."""
        return not self._running.any()

    def reset(self, seed: int | None) -> Any:
        """Resets all, environment i by the seed `seed + i`."""
        seeds = [None if seed is None else seed + place for place in range(self.num_envs)]
        self._seen = [self._see(*env.reset(seed=own)) for env, own in zip(self._envs, seeds)]
        self._running[:], self._ended = True, np.zeros(self.num_envs, bool)
        self._batch = batch(self._seen)
        return self._batch

    def step(self, actions: np.ndarray) -> Stepped:
        """Acts in those that run."""
        valid, rewards = self._running.copy(), np.zeros(self.num_envs)
        terminations, infos = np.zeros(self.num_envs, bool), [{} for _ in self._envs]
        self._ended = np.zeros(self.num_envs, bool)
        # Tables of environments ask for Python's own numbers.
        each = np.asarray(actions).tolist() if np.ndim(actions) == 1 else actions
        for place in map(int, np.flatnonzero(valid)):
            observation, reward, terminated, truncated, infos[place] = self._envs[place].step(
                each[place]
            )
            self._seen[place] = self._see(observation, infos[place])
            # Who learns without rewards also learns where there are none.
            rewards[place] = float(reward) if hasattr(reward, "__float__") else np.nan
            terminations[place] = terminated
            self._ended[place] = terminated or truncated
        self._running &= self._restart | ~self._ended
        self._batch = batch(self._seen)
        restarted = self._ended & self._running
        return Stepped(self._batch, rewards, terminations, restarted, valid, infos)

    def following(self) -> Any:
        """Resets those whose episode has ended."""
        for place in map(int, np.flatnonzero(self._ended & self._running)):
            self._seen[place] = self._see(*self._envs[place].reset())
            self._batch = None
        self._batch = batch(self._seen) if self._batch is None else self._batch
        return self._batch
