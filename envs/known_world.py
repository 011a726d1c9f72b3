"""What may be known of a world before any data: protocols, so that any environment can have one."""

from typing import Protocol, runtime_checkable

import gymnasium as gym
import numpy as np


@runtime_checkable
class KnownWorld(Protocol):
    """Dynamics that are known: what `fit` needs with `dynamics="known"`.

    `env.unwrapped.world` of a Gymnasium environment may be one, as `LineWorld` is.
    """

    @property
    def transition_matrix(self) -> np.ndarray:
        """B, `(K, K, U)`: `B[next, current, action] = p(s_{t+1} | s_t, a_t)`."""
        ...

    @property
    def initial_probs(self) -> np.ndarray:
        """`(K,)`, `p(s_0)` of an episode."""
        ...

    @property
    def rewarded_state(self) -> int | None:
        """The state that is rewarded; None where each episode has its own."""
        ...

    def log_likelihood(self, observations: np.ndarray) -> np.ndarray:
        """`(..., K)`, `log p(x | s)` up to a constant per observation: for references only."""
        ...


@runtime_checkable
class GaussianWorld(KnownWorld, Protocol):
    """A known world whose states emit Gaussian observations, so that it can be simulated."""

    @property
    def means(self) -> np.ndarray:
        """`(K, D)`, mean observation of each state."""
        ...

    @property
    def emission_scale(self) -> float:
        """Standard deviation of each coordinate of an observation."""
        ...


def known_world(source) -> KnownWorld | None:
    """The known world that `source` is or, an environment, holds as `unwrapped.world`."""
    if isinstance(source, gym.Env):
        source = getattr(source.unwrapped, "world", None)
    return source if isinstance(source, KnownWorld) else None
