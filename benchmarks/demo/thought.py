"""What an agent makes of one moment, for the frames of the demonstration."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Thought:
    """All that is shown of one moment.

    Attributes:
        beliefs: for each factor `(K_f,)`, places in the world's order; of learned states weights
            of those that are drawn.
        predicted: the first of these before the observation; None at the start.
        names: of what can be done.
        actions: the action that each of them takes.
        neg_efe, utility, info_gain, probs: of each of them.
        chosen: which of them is done.
        vfe, accuracy, complexity: of the observation, nats; None where nothing was decided.
        effects: `(K, K, U)`, B as it is believed now, in the world's order; None: not of places.
    """

    beliefs: tuple[np.ndarray, ...]
    predicted: np.ndarray | None
    names: tuple[str, ...]
    actions: np.ndarray
    neg_efe: np.ndarray
    utility: np.ndarray
    info_gain: np.ndarray
    probs: np.ndarray
    chosen: int
    vfe: float | None
    accuracy: float | None
    complexity: float | None
    effects: np.ndarray | None = None

    @property
    def action(self) -> int:
        """The number of the action that is taken."""
        return int(self.actions[self.chosen])
