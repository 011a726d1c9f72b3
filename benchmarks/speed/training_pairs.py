"""The pairs of `aifgym speed` that train."""

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np

from ...agents import GenerativeModel
from ...agents.models.generative_model import epsilon_identity
from ...envs import LineWorld
from ...training import TrainConfig, fit, simulate
from ...training.descent import sgd
from ...training.descent.recipes import TutorialRecipe
from ...training.objectives.tutorial import DiscreteModel
from ..studies.tutorial_loop import train_eagerly
from .measurement import Action

WORLD, RESTARTS = LineWorld(), 16


def untrained_model() -> GenerativeModel:
    """The tutorial's A, B, C and D."""
    K = WORLD.num_states
    return GenerativeModel(
        A=epsilon_identity(K, 1e-4),
        B=WORLD.transition_matrix,
        C=8.0 * np.eye(K)[WORLD.rewarded_state],
        D=np.full(K, 1 / K),
    )


def tutorial_training() -> tuple[Action, Action]:
    """Ours and the tutorial's way, on the same data, from the same weights, with the same draws."""
    recipe, model = TutorialRecipe(num_restarts=1), untrained_model()
    data, held_out = (simulate(WORLD, num, 6, jr.key(num))[0] for num in (640, 320))
    encoder = sgd.new_encoder(recipe, 2, WORLD.num_states, jr.key(2))
    discrete = DiscreteModel(*map(jnp.asarray, (model.A, model.B, model.D)))

    def ours():
        states = sgd.stacked(encoder, jr.key(3))
        return sgd.train(states, discrete, data, held_out, recipe)

    return ours, lambda: train_eagerly(encoder, model, data, held_out, recipe, jr.key(3))


def tutorial_training_cold() -> tuple[Action, Action]:
    """The same, compiled anew each time."""

    def from_nothing(train):
        def run():
            jax.clear_caches()
            return train()

        return run

    ours, theirs = tutorial_training()
    return from_nothing(ours), from_nothing(theirs)


def restarts() -> tuple[Action, Action]:
    """Sixteen trainings side by side, and one."""
    many, one = (TrainConfig(num_restarts=num) for num in (RESTARTS, 1))
    return lambda: fit(WORLD, many, seed=0), lambda: fit(WORLD, one, seed=0)
