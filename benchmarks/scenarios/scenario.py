"""What a scenario is: an environment, the length of its episodes, and what changes."""

import dataclasses
from typing import Any

import gymnasium as gym

LINE_WORLD = "aifgym.envs:ContinuousLineWorld-v0"
EVALUATION_EPISODES = 200
FIRST_EVALUATION_SEED = 1_000_000
"""Evaluation episode i has seed FIRST_EVALUATION_SEED + i, for every contender."""

World = tuple[tuple[str, Any], ...]


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A world, the length of its episodes, and why it is worth running.

    Attributes:
        name: as the table shows it.
        reason: why it is worth running, in one line.
        episode_steps: length of an episode.
        world: arguments of the environment, where they are not the defaults.
        steps_before: environment steps of training before the world changes; 0: it does not.
            Where it does, budgets count the steps after the change.
        changed_world: arguments that differ after the change.
        dead_action: the action that does nothing (as stay) after the change.
        hides_dynamics: whether no learner may be given the transition matrix.
        env_id: of the environment, as `gym.make` takes it.
    """

    name: str
    reason: str
    episode_steps: int
    world: World = ()
    steps_before: int = 0
    changed_world: World = ()
    dead_action: int | None = None
    hides_dynamics: bool = False
    env_id: str = LINE_WORLD

    @property
    def env_name(self) -> str:
        """What reports call the environment: its id without the module."""
        return self.env_id.rpartition(":")[2]

    def make_env(self, changed: bool = False) -> gym.Env:
        """A new environment of this scenario, as it is before or after the change."""
        world = dict(self.world) | (dict(self.changed_world) if changed else {})
        env = gym.make(self.env_id, max_episode_steps=self.episode_steps, **world)
        if changed and self.dead_action is not None:
            from .wrappers import DeadAction

            return DeadAction(env, self.dead_action)
        return env
