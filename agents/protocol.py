"""What every agent here can do, whatever it is made of."""

import os
from typing import Any, Protocol, Self, runtime_checkable

import gymnasium as gym
import numpy as np
from pymdp.agent import Agent


@runtime_checkable
class AnyAgent(Protocol):
    """The part that `ActiveInferenceEncoderAgent` and `WorldModelAgent` share.

    Neither is a kind of the other: an encoder agent is one encoder and one model, which are
    attributes of it; a world model is several of both, and what it remembers between steps is no
    belief but a window of the past and an action that is held. Who needs no more than this takes
    both, and whatever else acts in the same way.
    """

    on_invalid: str
    """Of observations that are not finite: `"raise"` names them, `"ignore"` acts without them."""

    @property
    def observation_space(self) -> gym.Space:
        """Of one observation."""
        ...

    @property
    def action_space(self) -> gym.Space:
        """Of one action."""
        ...

    def predict(
        self,
        observation: Any,
        state: tuple[np.ndarray, ...] | None = None,
        episode_start: np.ndarray | None = None,
        deterministic: bool = True,
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Actions, and the memory for the next call; the protocol is SB3's."""
        ...

    @property
    def beliefs(self) -> Any:
        """Posterior over states at this thread's last `predict`; None before it."""
        ...

    def explain(
        self,
        observation: Any,
        state: tuple[np.ndarray, ...] | None = None,
        episode_start: np.ndarray | None = None,
    ) -> Any:
        """What spoke for the action; its `neg_efe` has a row for each observation."""
        ...

    def with_goal(self, *, observation: Any) -> Self:
        """A new agent that seeks what was observed; nothing is trained."""
        ...

    def set_random_seed(self, seed: int) -> None:
        """Restarts the stream that `predict(..., deterministic=False)` draws from."""
        ...

    def pymdp_agent(self, batch_size: int = 1) -> Agent:
        """A genuine pymdp `Agent`."""
        ...

    def save(self, path: str | os.PathLike) -> None:
        """Writes an agent file, which `ActiveInferenceEncoderAgent.load` reads."""
        ...
