"""What an agent has learned while it acted."""

import dataclasses
from typing import Any, Self

import numpy as np

from ..models.generative_model import GenerativeModel
from .counts import expected
from .engine import LearningEngine
from .settings import Learning

MEANS = (("pA", "A"), ("pB", "B"), ("pD", "D"))


class WithLearning:
    """What an agent with these attributes can be asked."""

    model: GenerativeModel
    learning: Learning | None
    _engine: Any
    _remade: Any

    def counts(self, state: tuple[np.ndarray, ...], pooled: bool = True) -> dict[str, Any]:
        """The Dirichlet counts that were learned, with those of the running episodes.

        Args:
            state: what `predict` returned last.
            pooled: the prior, as far as environments have not forgotten it, and the sum of what
                each added; else the counts of each, with a first axis N.

        Returns:
            `pA`, `pB`, `pD` of what is learned, in the model's form: `dataclasses.replace(model,
            **counts)` takes them.

        Raises:
            ValueError: the agent learns nothing, or `state` is not what `predict` returned.
        """
        if not isinstance(self._engine, LearningEngine):
            raise ValueError("the agent learns nothing while it acts: make it with learn=('B',)")
        return self._engine.counts(state, pooled)

    def absorb(self, state: tuple[np.ndarray, ...]) -> Self:
        """A new agent whose model is what was learned: its counts, and their means as A, B, D.

        Raises:
            ValueError: the agent learns nothing, or `state` is not what `predict` returned.
        """
        counts = self.counts(state)
        changes = dict(counts)
        for prior, letter in MEANS:
            if prior in counts:
                changes[letter] = _mean(counts[prior], getattr(self.model, letter))
        return self._remade(dataclasses.replace(self.model, **changes))


def _mean(counts: Any, given: Any) -> Any:
    """Expected distributions; what was given where there are no counts."""
    if isinstance(given, tuple):
        return tuple(map(_mean, counts, given))
    if counts is None:
        return given
    return expected(counts.astype(np.float64), given, np)
