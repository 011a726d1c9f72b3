"""What it takes to be compared."""

import abc
from collections.abc import Callable
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np

EnvFactory = Callable[[], gym.Env]


class Contender(abc.ABC):
    """A policy and how it comes about. A subclass sets the class variables and `predict`.

    A trial makes one object and calls `train` with each budget of the trial, smallest first, and
    judges it after each. Where the world changes after training, `train` is called once, and then
    `adapt` with each budget.

    Attributes:
        name: as the table shows it.
        given: what it was given, for the reader of the table; items separated by semicolons.
        learns: whether training seeds and budgets matter; if not, it runs once.
        continues: whether a larger budget goes on from the smaller one; if not, it starts anew.
        uses_dynamics: whether it learns with the transition matrix given; it takes no part where
            a scenario hides that.
        sees_state: whether `predict` gets hidden states `(N,)` in place of observations.
        seconds_per_step: expected cost of a training step on one core, for the remaining time.
        fixed_seconds: expected cost of a training besides.
        reward_free_steps: environment steps used in training without reward, so far.
        rewarded_steps: environment steps used in training with reward, so far.
        hyperparameters: all settings that are not defaults of its library.
    """

    name: ClassVar[str]
    given: ClassVar[str]
    learns: ClassVar[bool] = False
    continues: ClassVar[bool] = False
    uses_dynamics: ClassVar[bool] = False
    sees_state: ClassVar[bool] = False
    seconds_per_step: ClassVar[float] = 0.0
    fixed_seconds: ClassVar[float] = 1.0

    def __init__(self) -> None:
        self.reward_free_steps = 0
        self.rewarded_steps = 0
        self.hyperparameters: dict = {}

    @classmethod
    def fits(cls, env: gym.Env) -> bool:
        """Whether `env` has what the contender must be given; asked of somebody's environment."""
        return True

    def train(  # noqa: B027  a policy that needs no training leaves this as it is
        self, env_factory: EnvFactory, budget: int, seed: int
    ) -> None:
        """Learns from environments that `env_factory` makes.

        Args:
            env_factory: makes a new environment.
            budget: environment steps that it may use in all, those of earlier calls included
                where it goes on from them. A library that trains in larger portions may finish
                the one it has begun.
            seed: of the training.
        """

    def adapt(self, env_factory: EnvFactory, budget: int, seed: int) -> None:
        """Goes on after the world has changed; by default nothing changes with budget 0.

        Args:
            env_factory: makes a new environment of the changed world.
            budget: steps that it may use in the changed world in all.
            seed: of the training.
        """
        if budget:
            self.train(env_factory, budget, seed)

    def disagreements(self, env: gym.Env) -> list[str]:
        """What speaks against its acting in `env`, each in one sentence; by default nothing.

        The benchmark says it where a world does not change: an agent that was made for another one
        is not judged in silence.
        """
        return []

    @abc.abstractmethod
    def predict(
        self, observation, state=None, episode_start=None, deterministic=True
    ) -> tuple[np.ndarray, Any]:
        """SB3's protocol: actions `(N,)` and the memory to hand back."""
