"""Settings of learning a world model; one set of defaults for all tasks."""

import dataclasses
from typing import Literal, get_args

from ....agents.encoders.mixture import Kind
from ...allowed import TRUTH, check_fields, integer, number, one_of, some_of
from .discretising.features import FEATURE_KINDS, FeatureKind

Memory = Literal["none", "window", "registers", "latent", "auto"]
MEMORIES: tuple[Memory, ...] = get_args(Memory)
# Comparing memories takes long, so rounds with one are longer: a share of all steps before.
MEMORY_GROWTH = 1.0
ALLOWED = {
    "num_states": integer(1),
    "num_members": integer(1),
    "rounds_kept": integer(1),
    "encoder": one_of(("soft", "lme")),
    "features": some_of(FEATURE_KINDS),
    "history": integer(1, "auto"),
    "discount": number(0, 1),
    "novelty": number(0, from_low=True),
    "caution": number(0, from_low=True),
    "keep_noise": TRUTH,
    "first_steps": integer(1),
    "growth": number(0),
    "least_round": integer(1),
    "largest_round": integer(1),
    "memory": one_of(MEMORIES),
}


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
        memory: what is remembered where observations are `Discrete`: `"none"` takes them as
            states; `"window"` remembers the newest, `"registers"` what of the past tells most,
            `"latent"` learns hidden states; `"auto"` is whichever foretells best what was held
            out. Of other observations `"auto"` is what `history` says.
    """

    num_states: int = 300
    num_members: int = 3
    rounds_kept: int = 2
    encoder: Kind = "soft"
    features: tuple[FeatureKind, ...] = FEATURE_KINDS
    history: int | Literal["auto"] = "auto"
    discount: float = 0.995
    novelty: float = 1.0
    caution: float = 1.0
    keep_noise: bool = True
    first_steps: int = 500
    growth: float = 0.15
    least_round: int = 250
    largest_round: int = 1500
    memory: Memory = "none"

    def __post_init__(self) -> None:
        check_fields(self, ALLOWED)
        low, high = self.least_round, self.largest_round
        if high < low:
            raise ValueError(f"largest_round must be at least least_round, {low}, got {high}")

    def round_steps(self, steps_before: int) -> int:
        """Steps of the round that begins after so many."""
        if steps_before == 0:
            return self.first_steps
        if self.memory != "none":
            return max(self.first_steps, int(MEMORY_GROWTH * steps_before))
        share = int(self.growth * steps_before)
        return min(max(share, self.least_round), self.largest_round)
