"""The learner of the evidence objective: restarts, estimates and doubts put together."""

import dataclasses
from collections.abc import Callable

import jax
import numpy as np
from jaxtyping import PRNGKeyArray

from ...agents.encoders.choose import choose_encoder
from ...agents.encoders.protocol import TrainableEncoder
from ..config import TrainConfig
from ..data.trajectories import Trajectories, hold_out
from ..descent.recipes import AUTO, LARGEST_CANDIDATE, Recipe, overridden, recipe_for
from .doubts import doubts
from .estimates import estimate, fitted_dynamics
from .evidence_restarts import fit_evidence
from .history import History
from .models import learned_model
from .num_states import choose_num_states
from .protocol import Learned, Problem, Run


class EvidenceLearner:
    """Trains encoder and, where they are not known, dynamics by their evidence."""

    can_resume = True

    def __init__(self, config: TrainConfig) -> None:
        self._config = config

    def learn(self, data: Trajectories, problem: Problem, key: PRNGKeyArray, run: Run) -> Learned:
        """The best of several restarts, its dynamics refined by expectation maximisation."""
        config = self._config
        train, held_out = hold_out(data, config.held_out_fraction, run.seed)
        num_states, curve = problem.num_states, ()
        if num_states == "auto":
            template = self._new_encoder(train, problem, AUTO)(LARGEST_CANDIDATE)
            num_states, curve = choose_num_states(train, held_out, template, key)
        recipe = configured_recipe(config, num_states)
        trained = fit_evidence(
            train,
            held_out,
            problem.B,
            num_states,
            self._new_encoder(train, problem, recipe),
            recipe,
            key,
            progress=run.progress,
            run_folder=run.folder,
        )
        B, D = trained.B, trained.D
        if problem.B is None:
            B, D = fitted_dynamics(trained.encoder, B, D, train)
        estimates = estimate(trained.encoder, B, D, train)
        losses, effective = map(np.asarray, trained.standing)
        history = History(
            rows=trained.rows,
            held_out_loss=losses,
            effective_states=effective,
            best_restart=trained.best,
            num_transitions=data.num_transitions,
            warnings=doubts(
                losses,
                float(effective[trained.best]),
                num_states,
                estimates,
                problem.B is not None,
                trained.alignment,
            ),
            alignment=trained.alignment,
            num_states_curve=curve,
            counts=estimates.counts,
        )
        model = learned_model(config, problem.target_state, estimates.A, B, D)
        return Learned(trained.encoder, model, estimates.usage, history)

    def _new_encoder(
        self, data: Trajectories, problem: Problem, recipe: Recipe
    ) -> Callable[[int], TrainableEncoder]:
        choose = self._config.encoder or choose_encoder
        seen = data.seen()

        def new_encoder(num_outcomes: int) -> TrainableEncoder:
            encoder = choose(
                problem.observation_space,
                num_outcomes,
                recipe.encoder_width,
                recipe.encoder_depth,
                jax.random.key(0),
            )
            if not isinstance(encoder, TrainableEncoder):
                raise TypeError(
                    f"encoder must return a TrainableEncoder, got {type(encoder).__name__}"
                )
            return encoder.standardised(seen)

        return new_encoder


def configured_recipe(config: TrainConfig, num_states: int) -> Recipe:
    """The recipe for a number of states, with what `config` overrides."""
    recipe = recipe_for(num_states, config.dynamics == "known")
    if config.train_steps is not None:
        recipe = dataclasses.replace(
            recipe, main=recipe.main._replace(num_steps=config.train_steps)
        )
    return overridden(recipe, num_restarts=config.num_restarts)
