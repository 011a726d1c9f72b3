"""How each kind of problem is trained with the evidence objective, as data.

Success counts of these numbers stand in docs/reliability.md, with the command that measured them.
"""

import dataclasses
from typing import NamedTuple

from ..allowed import check_fields, integer, number


class Schedule(NamedTuple):
    """Hyperparameters that change from run to run without compiling anything.

    Attributes:
        num_steps: gradient steps.
        learning_rate: of Adam for the encoder; constant, then down to 0 by a half cosine.
        dynamics_learning_rate: of Adam for the logits of B and D; 0 leaves known dynamics alone.
        constant_fraction: share of the steps before the learning rates begin to fall.
        noise: standard deviation of Gaussian noise on the standardised observations at the first
            step; falls linearly to 0. It blurs the borders between states until their order is
            found.
        initial_weight: trust in D at the start of a sequence, see `negative_log_evidence`.
    """

    num_steps: float = 300
    learning_rate: float = 1e-2
    dynamics_learning_rate: float = 0.0
    constant_fraction: float = 0.5
    noise: float = 0.5
    initial_weight: float = 0.0


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Hyperparameters of one training.

    Attributes:
        main: the first descent.
        finetune: the second one, with B known, after alignment; None where B is known from the
            start.
        output_gain: factor on the initial output layer. Small keeps the first labels soft, so
            that they do not freeze in a wrong order; large lets learned dynamics see labels.
        batch_size: sequences per gradient step.
        num_restarts: trainings side by side.
        num_finetuned: how many of them are fine-tuned: those whose held-out evidence under the
            known B is best.
        encoder_width: units per hidden layer.
        encoder_depth: hidden layers.
        spare_indices: latent indices beyond K, as a fraction of K, merged by alignment.
    """

    main: Schedule = Schedule()
    finetune: Schedule | None = None
    output_gain: float = 0.1
    batch_size: int = 64
    num_restarts: int = 4
    num_finetuned: int = 4
    encoder_width: int = 32
    encoder_depth: int = 1
    spare_indices: float = 0.0


_LEARN = Schedule(num_steps=200, dynamics_learning_rate=1e-2, initial_weight=1.0)
_FINETUNE = Schedule(num_steps=100, constant_fraction=0.0, noise=0.3)

DIRECT = Recipe()
"""B known from the start; succeeds up to this many states."""
DIRECT_MAX_STATES = 5

LEARNED: dict[int, Recipe] = {
    5: Recipe(_LEARN, _FINETUNE, output_gain=4.0),
    10: Recipe(
        _LEARN._replace(num_steps=300),
        _FINETUNE._replace(num_steps=150, noise=0.2),
        output_gain=4.0,
        num_restarts=2,
        encoder_depth=2,
    ),
    20: Recipe(
        _LEARN._replace(num_steps=400),
        _FINETUNE._replace(num_steps=200, noise=0.1),
        output_gain=4.0,
        num_finetuned=2,
        encoder_depth=2,
    ),
    50: Recipe(
        _LEARN._replace(num_steps=1200, noise=0.3),
        _FINETUNE._replace(num_steps=400, learning_rate=3e-3, noise=0.05),
        output_gain=4.0,
        num_finetuned=2,
        encoder_width=64,
        encoder_depth=2,
        spare_indices=0.28,
    ),
}
"""Largest number of states -> recipe that learns B, aligns it if a B is known, and fine-tunes."""


GIVEN_MODEL = Recipe(Schedule(num_steps=600, initial_weight=1.0), num_restarts=8)
"""For `model=`: all is known but what continuous modalities look like; episodes begin in D."""

AUTO = Recipe(
    _LEARN._replace(num_steps=400),
    Schedule(num_steps=150, dynamics_learning_rate=1e-2, initial_weight=1.0),
    output_gain=4.0,
)
"""For `num_states="auto"`: the largest candidate, then each smaller one from the one before."""
SMALLEST_CANDIDATE, LARGEST_CANDIDATE = 3, 8


def recipe_for(num_states: int, starts_from_known_dynamics: bool) -> Recipe:
    """The recipe for a number of states.

    Beyond a few states dynamics are learned first even where they are known: a learned B has no
    wrong order of states to get stuck in.
    """
    if starts_from_known_dynamics and num_states <= DIRECT_MAX_STATES:
        return DIRECT
    largest = next((size for size in LEARNED if num_states <= size), max(LEARNED))
    return LEARNED[largest]


ALLOWED = {
    "num_restarts": integer(1),
    "train_steps": integer(1),
    "batch_size": integer(1),
    "learning_rate": number(0),
    "temporal_weight": number(0, from_low=True),
    "encoder_width": integer(1),
    "encoder_depth": integer(1),
    "temperature": number(0),
    "checkpoint_every": integer(1),
}


@dataclasses.dataclass(frozen=True)
class TutorialRecipe:
    """The tutorial's own hyperparameters, sections 2 and 7, with restarts added.

    Raises:
        ValueError: a value is out of range; the message names it.
    """

    num_restarts: int = 16
    """Trainings side by side; the tutorial has one, which succeeds on about 3 of 10 seeds."""
    train_steps: int = 200
    """Gradient steps."""
    batch_size: int = 16
    """Sequences per gradient step."""
    learning_rate: float = 1e-3
    """Step size of plain gradient descent."""
    temporal_weight: float = 8.0
    """Weight of temporal consistency."""
    encoder_width: int = 256
    """Units per hidden layer."""
    encoder_depth: int = 3
    """Hidden layers."""
    temperature: float = 0.15
    """Divides the encoder's logits."""
    checkpoint_every: int = 20
    """Gradient steps between two points of the training curves."""

    def __post_init__(self) -> None:
        check_fields(self, ALLOWED)


def overridden(recipe, **overrides):
    """A recipe with other values for the fields that are not None."""
    given = {name: value for name, value in overrides.items() if value is not None}
    return dataclasses.replace(recipe, **given)
