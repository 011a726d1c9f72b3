"""What it takes to be compared."""

import abc
from collections.abc import Callable
from typing import ClassVar

import gymnasium as gym

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
