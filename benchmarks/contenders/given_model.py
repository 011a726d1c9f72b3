"""Our agent on a model that is given to it, with nothing to learn."""

from typing import Any

import numpy as np

from ...agents import ActiveInferenceEncoderAgent, GenerativeModel
from .base import Contender

# Nats for each unit of what is gained and of what is lost: those of pymdp's demonstration of
# chained cues. With as much for both, who finds out by paying is as good as who asks. Looked at on
# other episodes than those that judge: in the T-mazes 1 to 2, 1 to 3, 2 to 3 (pymdp's T-maze) and
# 3 to 6 choose the same actions, as a test shows; on the grid gains from 2 up differ by 0.03 of
# 18.75, and a gain of 1 is too little beside information (9.1).
GAIN, LOSS = 3.0, 6.0
# The farthest that what is next to be seen may lie, in steps: in chained cues, (0, 2) to (3, 5).
POLICY_LEN = 6


class GivenModel(Contender):
    """Active inference on the process itself: A, B, D, rewards as preferences."""

    name = "aifgym given model"
    given = f"A, B, D; rewards as preferences, {GAIN:g} nats, losses {LOSS:g}; emission densities"

    def __init__(self, gain: float = GAIN, loss: float = LOSS) -> None:
        super().__init__()
        self.hyperparameters = {"policy_len": POLICY_LEN, "gain": gain, "loss": loss}

    @classmethod
    def fits(cls, env) -> bool:
        """Whether there is a model to be given."""
        return hasattr(env.unwrapped, "model") and hasattr(env.unwrapped, "rewards")

    def train(self, env_factory, budget=0, seed=0) -> None:
        """Builds the agent; no step is taken.

        Raises:
            ValueError: the environment is none of pymdp's.
        """
        env = env_factory()
        world: Any = env.unwrapped
        if not self.fits(env):
            raise ValueError(f"{env} has no model: the agent cannot be given one")
        nats = self.hyperparameters
        C = [np.where(np.array(r) > 0, nats["gain"], nats["loss"]) * r for r in world.rewards]
        model = GenerativeModel(**world.model(), C=C, policy_len=POLICY_LEN, planner="tree")
        see: Any = {name: _seen_by(world, name) for name in world.modalities}
        if len(see) == 1:
            see = list(see.values())
        self._agent = ActiveInferenceEncoderAgent(
            see, model, observation_space=env.observation_space
        )

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """The agent's own."""
        return self._agent.predict(observation, state, episode_start, deterministic)


def _seen_by(world, modality: str):
    if modality not in world.emission_means:
        return None
    return lambda x: world.log_likelihood(modality, x)
