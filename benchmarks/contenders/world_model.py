"""Our agent that learns a model of any task by acting in it."""

from ...training import learn
from .base import Contender


class WorldModel(Contender):
    """`aifgym.training.learn` with its defaults, the same for all tasks."""

    name = "aifgym world model"
    given = (
        "rewards; defaults of learn, chosen on CartPole-v1, MountainCar-v0 and Acrobot-v1 with "
        "other training seeds"
    )
    learns = True
    seconds_per_step = 0.001
    fixed_seconds = 3.0

    def train(self, env_factory, budget, seed) -> None:
        """Learns in one environment, from nothing."""
        self._agent, _ = learn(env_factory(), budget, seed=seed)
        self.rewarded_steps = budget

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """The agent's own."""
        return self._agent.predict(observation, state, episode_start, deterministic)
