"""The learner of the tutorial's objective."""

import gymnasium as gym
import numpy as np
from jaxtyping import PRNGKeyArray

from ..config import TrainConfig
from ..data.trajectories import Trajectories, hold_out
from ..descent.recipes import overridden
from .estimates import estimate
from .history import History
from .models import learned_model
from .protocol import Learned, Problem, Run
from .tutorial_restarts import fit_tutorial


class TutorialLearner:
    """Trains the tutorial's encoder by the tutorial's objective, with restarts."""

    can_resume = False

    def __init__(self, config: TrainConfig) -> None:
        if config.encoder is not None:
            raise ValueError("encoder must be None for objective tutorial, whose encoder is fixed")
        self._config = config

    def learn(self, data: Trajectories, problem: Problem, key: PRNGKeyArray, run: Run) -> Learned:
        """The restart with the lowest held-out loss."""
        config, space = self._config, problem.observation_space
        if not isinstance(space, gym.spaces.Box) or len(space.shape) != 1:
            raise TypeError(f"objective tutorial needs observations (D,), got {space}")
        if problem.B is None:
            raise ValueError("objective tutorial needs known dynamics")
        splits = hold_out(data, config.held_out_fraction, run.seed)
        recipe = overridden(
            config.tutorial, num_restarts=config.num_restarts, train_steps=config.train_steps
        )
        encoder, rows, losses, effective = fit_tutorial(
            *splits, problem.B, config.epsilon, recipe, key, run.progress
        )
        D = np.full(len(problem.B), 1 / len(problem.B))
        estimates = estimate(encoder, problem.B, D, splits[0])
        model = learned_model(config, problem.target_state, estimates.A, problem.B, D)
        best = int(np.nanargmin(losses))
        counts = estimates.counts
        history = History(rows, losses, effective, best, data.num_transitions, counts=counts)
        return Learned(encoder, model, estimates.usage, history)
