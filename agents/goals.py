"""Other goals for an agent, without training."""

import dataclasses
from collections.abc import Callable
from typing import Any, Self

import numpy as np

from .encoders.protocol import Encoder
from .models.generative_model import GenerativeModel


class WithGoals:
    """What an agent with `encode` and these attributes can be asked for."""

    encoder: Encoder
    model: GenerativeModel
    usage: np.ndarray | None
    settings: dict
    engine: Any
    on_invalid: str
    learning: Any
    encode: Callable[[Any], Any]

    def with_preferences(self, C: np.ndarray) -> Self:
        """A new agent with other preferences; nothing is trained.

        Args:
            C: `(O,)`, preference for each outcome, an unnormalised log probability in nats; of a
                model of lists one array per modality.

        Raises:
            ValueError: the shape is wrong or a value not finite.
        """
        if not self.model.has_lists and np.shape(C) != self.model.C.shape:
            raise ValueError(f"C must have shape {self.model.C.shape}, got {np.shape(C)}")
        model = dataclasses.replace(self.model, C=C)
        return self._remade(model)

    def _remade(self, model: GenerativeModel) -> Self:
        """A new agent with another model."""
        make: Any = type(self)
        options: dict[str, Any] = {"engine": self.engine, "on_invalid": self.on_invalid}
        options["learn"] = self.learning or ()
        return make(self.encoder, model, self.usage, self.settings, **options)

    def with_goal(
        self,
        state: int | None = None,
        observation: np.ndarray | None = None,
        preference: float = 8.0,
    ) -> Self:
        """A new agent that seeks one state; nothing is trained.

        Args:
            state: the state, where states have known numbers.
            observation: `(D,)` or `(M, D)`, one or more observations of the goal, where they have
                not: outcomes are preferred in proportion to how the encoder sees these.
            preference: C of the goal, in nats; 8 is the tutorial's.

        Raises:
            ValueError: not exactly one of `state` and `observation`, or it is not usable.
        """
        if self.model.has_lists:
            raise ValueError("with_goal is for models of single arrays: take with_preferences")
        if (state is None) == (observation is None):
            raise ValueError("give exactly one of state and observation")
        if observation is not None:
            share = self.encode(observation).mean(axis=0)
            return self.with_preferences(preference * share / share.max())
        if state is None or not 0 <= state < self.model.num_outcomes:
            raise ValueError(f"state must be in 0..{self.model.num_outcomes - 1}, got {state}")
        return self.with_preferences(preference * np.eye(self.model.num_outcomes)[state])
