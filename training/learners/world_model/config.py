"""Settings of learning a world model; one set of defaults for all tasks."""

import dataclasses
from typing import Literal

from ....agents.encoders.mixture import Kind
from .discretising.features import FEATURE_KINDS, FeatureKind


@dataclasses.dataclass(frozen=True)
class LearnConfig:
    """How `learn` learns. Nothing here has to be told for a task.

    Attributes:
        num_states: states of a discretisation at most, where observations are continuous.
        num_members: discretisations made in each round.
        rounds_kept: rounds whose discretisations decide together.
        encoder: `"soft"`, the posterior of a mixture, or `"lme"`, whose mean prototype is the
            observation itself; slower.
        features: linear features that are tried; what foretells best is used.
        history: observations in a window of the past, the newest one included; `"auto"` finds
            how many foretell the next one, 1 to 4.
        discount: of a step.
        novelty: weight of parameter information gain, in largest rewards for each nat.
        caution: weight with which the greedy policy stays away from what it does not know, in
            largest rewards for each nat.
        keep_noise: whether transitions are as noisy as what was seen.
        first_steps: random ones, before anything is planned.
        growth: a round's steps, as a share of all before it.
        least_round: a round's steps at least.
        largest_round: at most.
    """

    num_states: int = 300
    num_members: int = 3
    rounds_kept: int = 3
    encoder: Kind = "soft"
    features: tuple[FeatureKind, ...] = FEATURE_KINDS
    history: int | Literal["auto"] = "auto"
    discount: float = 0.995
    novelty: float = 1.0
    caution: float = 0.3
    keep_noise: bool = True
    first_steps: int = 500
    growth: float = 0.15
    least_round: int = 250
    largest_round: int = 1500

    def __post_init__(self) -> None:
        counts = ("num_states", "num_members", "rounds_kept", "first_steps", "least_round")
        for name in counts:
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} must be a positive integer, got {value!r}")
        if self.encoder not in ("soft", "lme"):
            raise ValueError(f"encoder must be 'soft' or 'lme', got {self.encoder!r}")
        if not self.features or not set(self.features) <= set(FEATURE_KINDS):
            raise ValueError(f"features must be some of {FEATURE_KINDS}, got {self.features}")
        if self.history != "auto" and (not isinstance(self.history, int) or self.history < 1):
            raise ValueError(f"history must be 'auto' or at least 1, got {self.history!r}")
        if not 0 < self.discount < 1:
            raise ValueError(f"discount must be in (0, 1), got {self.discount}")
        for name in ("novelty", "caution"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")
        if not self.growth > 0 or self.largest_round < self.least_round:
            raise ValueError("growth must be above 0, largest_round at least least_round")

    def round_steps(self, steps_before: int) -> int:
        """Steps of the round that begins after so many."""
        if steps_before == 0:
            return self.first_steps
        share = int(self.growth * steps_before)
        return min(max(share, self.least_round), self.largest_round)
