"""What `Rounds` needs of a learner: the state machine behind `learn`."""

from typing import Any, ClassVar, Protocol

import numpy as np

from ....agents.world_model.model import WorldModel
from .experience import Experience


class RoundLearner(Protocol):
    """Acts for a round, then learns from all rounds: `begin`, `act` and `record` in turn, `refit`.

    Attributes:
        one_hot: whether numbers of a `Discrete` are observed as indicators.
        longest_last: the last round is longer, up to this share of itself, in place of a short one
            after it.
    """

    one_hot: ClassVar[bool] = False
    longest_last: ClassVar[float] = 1.0

    @property
    def world(self) -> WorldModel:
        """What is known now."""
        ...

    @property
    def agent(self) -> Any:
        """What acts by more than the world model; None where that is all."""
        return None

    @property
    def notes(self) -> dict[str, Any]:
        """What the row of the last round says besides."""
        return {}

    def begin(self, num_envs: int) -> None:
        """Starts a round, in environments that were all just reset."""
        ...

    def act(self, observations: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """`(N,)` int, numbers of the actions to take now.

        Args:
            observations: `(N, D)`.
            starts: `(N,)` bool, where an episode begins.
        """
        ...

    def record(self, rewards, next_observations, ended, valid) -> None:
        """What the actions brought: arrays `(N, ...)`, see `StepLog.add`."""
        ...

    def refit(self) -> Any:
        """Ends the round: learns from all that was recorded; a `Round`, or None."""
        ...

    def part(self) -> Experience:
        """What the last round recorded."""
        ...

    def restore(self, parts: list[Experience], standings: list) -> None:
        """Goes on after rounds that were recorded before.

        Args:
            parts: what each round recorded.
            standings: what each round handed to the next.
        """
        ...
