"""What a learner must offer."""

import dataclasses
from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

import gymnasium as gym
import numpy as np
from jaxtyping import PRNGKeyArray

from ...agents.encoders.protocol import Encoder
from ...agents.models.generative_model import GenerativeModel
from ..config import TrainConfig
from ..data.trajectories import Trajectories
from ..descent.checkpoints import NoFolder, RunFolder
from .history import History


@dataclasses.dataclass(frozen=True)
class Problem:
    """What is known without any data.

    Attributes:
        B: `(K, K, U)`, or None where dynamics are learned.
        num_states: K, or "auto".
        target_state: the preferred state, or None where the goal is told otherwise or not at all.
        observation_space: of one observation.
    """

    B: np.ndarray | None
    num_states: int | Literal["auto"]
    target_state: int | None
    observation_space: gym.Space


class Run(NamedTuple):
    """How a training runs, which changes nothing of its result.

    Attributes:
        seed: splits the data into sequences for training and held-out ones.
        progress: called with the number of gradient steps done since the last call.
        folder: stores and resumes.
    """

    seed: int
    progress: Callable[[int], object] | None
    folder: RunFolder | NoFolder


class Learned(NamedTuple):
    """What a learner found.

    Attributes:
        encoder: of observations.
        model: A, B, C and D with the settings of planning.
        usage: `(K,)`, rho, how often the encoder uses each state.
        history: what happened.
    """

    encoder: Encoder
    model: GenerativeModel
    usage: np.ndarray
    history: History


class Learner(Protocol):
    """Trajectories in, encoder and generative model out. It sees no label and no `info`."""

    can_resume: bool
    """Whether it stores and resumes in `Run.folder`."""

    def __init__(self, config: TrainConfig) -> None:
        """Takes its settings from `config`."""
        ...

    def learn(self, data: Trajectories, problem: Problem, key: PRNGKeyArray, run: Run) -> Learned:
        """Learns; the same data and key give the same result.

        Raises:
            ValueError, TypeError: it cannot learn from these data.
        """
        ...
