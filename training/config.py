"""Settings of training."""

import dataclasses
from collections.abc import Callable
from typing import Annotated, Literal

import tyro

from ..agents.encoders.protocol import TrainableEncoder
from ..agents.planning.protocol import PLANNERS
from .allowed import Allowed, check_fields, integer, number, one_of
from .descent.recipes import TutorialRecipe
from .learners.registry import LEARNERS

ALLOWED = {
    "objective": one_of(LEARNERS),
    "dynamics": one_of(("known", "aligned", "learned")),
    "num_states": integer(2, "auto", None),
    "evidence": one_of(("likelihood", "categorical")),
    "ambiguity": one_of(("confusion", "epsilon")),
    "num_transitions": integer(1),
    "sequence_length": integer(2),
    "held_out_fraction": number(0, 1),
    "num_restarts": integer(1, None),
    "train_steps": integer(1, None),
    "epsilon": number(0, 1, from_low=True),
    "preference": number(),
    "policy_len": integer(1),
    "planner": one_of(PLANNERS),
    "encoder": Allowed(lambda: "callable or None", lambda value: value is None or callable(value)),
}


@dataclasses.dataclass(frozen=True)
class TrainConfig:
    """What `fit` does.

    Raises:
        ValueError: a value is out of range; the message names it.
    """

    objective: str = "evidence"
    """What is minimised: evidence, the negative log evidence under scaled likelihoods; tutorial,
    the tutorial's; or the name of another learner that was registered."""
    dynamics: Literal["known", "aligned", "learned"] = "known"
    """B is given; or learned first and matched to the given one; or learned, none being given."""
    # On the command line the world has a num_states too.
    num_states: Annotated[int | Literal["auto"] | None, tyro.conf.arg(name="latent-states")] = None
    """K where dynamics are learned; auto compares 3 to 8. None: as many as B has."""
    evidence: Literal["likelihood", "categorical"] = "likelihood"
    """What the agent is fed: scaled likelihoods, or the softmax as the tutorial does."""
    ambiguity: Literal["confusion", "epsilon"] = "confusion"
    """A for planning: the encoder's own confusion, estimated without labels, or near identity."""
    num_transitions: int = 3840
    """Environment steps to collect, random actions, no reward used; the held-out ones included."""
    sequence_length: int = 6
    """Longest sequence, in observations; longer episodes are cut."""
    held_out_fraction: float = 1 / 4
    """Fraction of the sequences that only judge the restarts."""
    num_restarts: int | None = None
    """Trainings side by side, the lowest held-out loss wins. None: by the number of states."""
    train_steps: int | None = None
    """Gradient steps (of the first descent). None: by the number of states."""
    epsilon: float = 1e-4
    """Probability in A that an outcome is not its state's own; with ambiguity epsilon."""
    preference: float = 8.0
    """C of the target's outcome, in nats; all others are 0."""
    policy_len: int = 4
    """Steps that planning looks ahead."""
    planner: str = "auto"
    """tree: all policies exactly; inductive, sophisticated, mcts: pymdp's planners; auto: all
    policies if they reach the target, else inductive; or another that was registered."""
    encoder: Annotated[Callable[..., TrainableEncoder] | None, tyro.conf.Suppress] = None
    """Makes the encoder in place of `aifgym.agents.encoders.choose.choose_encoder`: a function
    with the same arguments. None: the one that fits the observation space."""
    tutorial: TutorialRecipe = TutorialRecipe()
    """Hyperparameters of the tutorial's objective."""

    def __post_init__(self) -> None:
        check_fields(self, ALLOWED)
        if self.objective == "tutorial" and self.dynamics != "known":
            raise ValueError(
                f"dynamics must be 'known' for objective tutorial, got {self.dynamics!r}"
            )


def stored(config: TrainConfig) -> dict:
    """A config as plain JSON values; a function that makes encoders by its name."""
    values = dataclasses.asdict(dataclasses.replace(config, encoder=None))
    del values["encoder"]
    if config.encoder is not None:
        values["encoder"] = getattr(config.encoder, "__qualname__", repr(config.encoder))
    return values
