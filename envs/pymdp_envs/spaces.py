"""Observation and action spaces of a process with several modalities and control factors."""

from collections.abc import Mapping, Sequence

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from .tables import ProcessTables


def modality_names(given: Sequence[str] | None, count: int) -> tuple[str, ...]:
    """Names of the modalities in A's order, `modality_0` and so on where none are given.

    Raises:
        ValueError: there are too many or too few, or a name comes twice.
    """
    if given is None:
        width = len(str(count - 1))
        return tuple(f"modality_{index:0{width}}" for index in range(count))
    names = tuple(given)
    if len(names) != count or len(set(names)) != count:
        raise ValueError(f"modalities must be {count} different names, got {list(given)}")
    return names


def observation_space(
    tables: ProcessTables, names: Sequence[str], means: Mapping[str, np.ndarray]
) -> gym.Space:
    """A `Dict` by name where there are several modalities, else the one space."""
    parts = {}
    for name, count in zip(names, tables.num_outcomes):
        if name in means:
            dim = means[name].shape[1]
            parts[name] = spaces.Box(-np.inf, np.inf, (dim,), np.float32)
        else:
            parts[name] = spaces.Discrete(count)
    return spaces.Dict(parts) if len(parts) > 1 else next(iter(parts.values()))


class Actions:
    """What an agent chooses, as the action of each factor.

    Attributes:
        space: `Discrete` where one factor has more than one action, else `MultiDiscrete`, one
            dimension for each such factor, in pymdp's order.
    """

    def __init__(self, num_controls: Sequence[int]) -> None:
        self._controlled = [f for f, count in enumerate(num_controls) if count > 1]
        self._num_factors = len(num_controls)
        counts = [num_controls[factor] for factor in self._controlled]
        self._counts = counts or [1]
        if len(counts) > 1:
            self.space = spaces.MultiDiscrete(counts)
        else:
            self.space = spaces.Discrete(self._counts[0])

    def by_factor(self, action) -> list[int]:
        """The action of each factor; 0 for those that are not controlled.

        Raises:
            ValueError: `action` is not in the space.
        """
        flat = np.asarray(action)
        if flat.shape != self.space.shape or flat.dtype.kind not in "iu":
            raise ValueError(f"action must be in {self.space}, got {action!r}")
        by_factor = [0] * self._num_factors
        for factor, chosen, count in zip(self._controlled, flat.reshape(-1).tolist(), self._counts):
            if not 0 <= chosen < count:
                raise ValueError(f"action must be in {self.space}, got {action!r}")
            by_factor[factor] = chosen
        return by_factor
