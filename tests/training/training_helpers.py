"""Trainings that cost little, data to judge them by, and an environment that hides its world."""

import gymnasium as gym
import jax
import numpy as np
from aifgym.training import TrainConfig, simulate
from aifgym.training.descent.recipes import TutorialRecipe

TINY = TrainConfig(num_transitions=240, num_restarts=2, train_steps=50)
TINY_TUTORIAL = TrainConfig(
    objective="tutorial",
    num_transitions=240,
    num_restarts=3,
    train_steps=12,
    tutorial=TutorialRecipe(encoder_width=8, encoder_depth=1, checkpoint_every=5),
)


class NoWorld(gym.Wrapper):
    """Hides the world, and fails when somebody reads what no learner may read."""

    @property
    def unwrapped(self):
        return self

    def step(self, action):
        observation, _, terminated, truncated, _ = self.env.step(action)
        return observation, None, terminated, truncated, None


def held_out_data(world):
    data, states = simulate(world, 500, 6, jax.random.key(123))
    return data, np.asarray(states)
