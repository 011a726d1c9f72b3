"""What is compared, as data: worlds, episode lengths, seeds and budgets. No logic."""

import dataclasses

import gymnasium as gym

ENV_ID = "aifgym.envs:ContinuousLineWorld-v0"
EVALUATION_EPISODES = 200
FIRST_EVALUATION_SEED = 1_000_000
"""Evaluation episode i has seed FIRST_EVALUATION_SEED + i, for every contender."""
TRAINING_SEEDS = (0, 1, 2)


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A world, the length of its episodes, and why it is worth running."""

    name: str
    reason: str
    episode_steps: int
    world: tuple[tuple[str, object], ...] = ()

    def make_env(self, **kwargs) -> gym.Env:
        """A new environment of this scenario."""
        return gym.make(ENV_ID, max_episode_steps=self.episode_steps, **dict(self.world), **kwargs)


SCENARIOS = (
    Scenario("tutorial", "the default world; always forward is optimal, so nobody stands out", 8),
    Scenario(
        "centre",
        "target inside the line and a random start: acting needs the state",
        20,
        (("start_state", None), ("target_state", 2)),
    ),
)
