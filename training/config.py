"""Settings of training."""

import dataclasses
from typing import Literal

COUNTS = (
    "num_transitions",
    "num_restarts",
    "train_steps",
    "batch_size",
    "encoder_width",
    "encoder_depth",
    "policy_len",
    "checkpoint_every",
)


@dataclasses.dataclass(frozen=True)
class TrainConfig:
    """What `fit` does. The defaults are the tutorial's, with restarts added.

    Raises:
        ValueError: a value is out of range; the message names it.
    """

    objective: Literal["tutorial"] = "tutorial"
    """What is minimised: variational free energy plus temporal consistency."""
    num_transitions: int = 3840
    """Environment steps to collect, random actions, no reward used; the held-out ones included."""
    sequence_length: int = 6
    """Longest sequence, in observations; longer episodes are cut."""
    held_out_fraction: float = 1 / 4
    """Fraction of the sequences that only judge the restarts."""
    num_restarts: int = 16
    """Trainings side by side from different initial weights; the lowest held-out loss wins."""
    train_steps: int = 200
    """Gradient steps."""
    batch_size: int = 16
    """Sequences per gradient step."""
    learning_rate: float = 1e-3
    """Step size of gradient descent."""
    temporal_weight: float = 8.0
    """Weight of temporal consistency in the objective."""
    encoder_width: int = 256
    """Units per hidden layer of the encoder."""
    encoder_depth: int = 3
    """Hidden layers of the encoder."""
    temperature: float = 0.15
    """Divides the encoder's logits."""
    epsilon: float = 1e-4
    """Probability in A that an outcome is not its state's own."""
    preference: float = 8.0
    """C of the target's outcome, in nats; all others are 0."""
    policy_len: int = 4
    """Steps that planning looks ahead."""
    checkpoint_every: int = 20
    """Gradient steps between two points of the training curves."""

    def __post_init__(self) -> None:
        for name in COUNTS:
            _check(name, getattr(self, name), getattr(self, name) >= 1, "at least 1")
        for name in ("learning_rate", "temperature"):
            _check(name, getattr(self, name), getattr(self, name) > 0, "above 0")
        _check("sequence_length", self.sequence_length, self.sequence_length >= 2, "at least 2")
        _check("epsilon", self.epsilon, 0 <= self.epsilon < 1, "in [0, 1)")
        fraction = self.held_out_fraction
        _check("held_out_fraction", fraction, 0 < fraction < 1, "between 0 and 1")
        _check("temporal_weight", self.temporal_weight, self.temporal_weight >= 0, "at least 0")


def _check(name: str, value, holds: bool, allowed: str) -> None:
    if not holds:
        raise ValueError(f"{name} must be {allowed}, got {value}")
