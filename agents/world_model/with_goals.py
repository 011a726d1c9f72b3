"""Other goals for the agent of a world model, without new experience."""

from collections.abc import Callable
from typing import Self

import gymnasium as gym
import numpy as np

from .checking import batched, recalled
from .model import WorldModel


class WithWorldGoals:
    """What an agent with `world`, `looks` and spaces can be asked for."""

    world: WorldModel
    observation_space: gym.Space
    action_space: gym.Space
    _one_hot: bool

    def _replaced(self, preferences: list[np.ndarray]) -> Self:
        raise NotImplementedError

    @property
    def looks(self) -> list[np.ndarray]:
        """`(K, D)` for each member: an observation of each state, as a vector, the newest part."""
        past = (self.world.history - 1) * (self.world.num_actions - 1)
        return [
            member.looks[:, : (member.looks.shape[1] - past) // self.world.history]
            for member in self.world.members
        ]

    def with_goal(
        self,
        observation=None,
        region: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> Self:
        """A new agent that wants to be somewhere, and stay; nothing is trained.

        Args:
            observation: one observation of the goal, or N: states are preferred as the encoder
                sees these.
            region: from observations `(N, D)` as vectors to where the goal is, `(N,)` bool.

        Raises:
            ValueError: not exactly one of them is given, or no state is in the region.
        """
        if (observation is None) == (region is None):
            raise ValueError("give exactly one of observation and region")
        if region is not None:
            preferences = [np.asarray(region(own), float) for own in self.looks]
            if not any(own.any() for own in preferences):
                raise ValueError("region holds nowhere that was ever visited")
            return self.with_preferences(preferences)
        windows, _ = batched(observation, self.observation_space, self._one_hot)
        windows = recalled(None, None, windows, self.world).window
        index, weight = self.world.encoder.encode(windows)
        preferences = []
        for place, member in enumerate(self.world.members):
            inside = index[:, place] < len(member.ended)
            seen = np.where(inside, index[:, place], 0), weight[:, place] * inside
            share = np.bincount(seen[0].ravel(), seen[1].ravel(), len(member.ended))
            preferences.append(share / max(share.max(), 1e-12))
        return self.with_preferences(preferences)

    def with_preferences(self, C: Callable[[np.ndarray], np.ndarray] | list[np.ndarray]) -> Self:
        """A new agent with other preferences; nothing is trained.

        After the end of an episode nothing is gained: where all preferences are negative, the agent
        seeks the end, where they are positive, it avoids it.

        Args:
            C: nats for each step in a state: a function of observations `(N, D)` as vectors, or
                `(K,)` for each member, in the order of `looks`.

        Raises:
            ValueError: a shape is wrong or a value not finite.
        """
        found = [np.asarray(C(own), float) for own in self.looks] if callable(C) else list(C)
        shapes = [np.shape(own) for own in found]
        wanted = [(len(own),) for own in self.looks]
        if shapes != wanted or not all(np.isfinite(own).all() for own in found):
            raise ValueError(f"preferences must be finite, of shapes {wanted}, got {shapes}")
        return self._replaced(found)
