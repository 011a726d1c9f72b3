"""What is compared, as data: worlds, episode lengths, and what changes after training."""

import dataclasses
from typing import Any

import gymnasium as gym

ENV_ID = "aifgym.envs:ContinuousLineWorld-v0"
EVALUATION_EPISODES = 200
FIRST_EVALUATION_SEED = 1_000_000
"""Evaluation episode i has seed FIRST_EVALUATION_SEED + i, for every contender."""

World = tuple[tuple[str, Any], ...]
CENTRE: World = (("start_state", None), ("target_state", 2))
NOISY: World = (*CENTRE, ("emission_scale", 2.0))


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
    """

    name: str
    reason: str
    episode_steps: int
    world: World = ()
    steps_before: int = 0
    changed_world: World = ()
    dead_action: int | None = None
    hides_dynamics: bool = False

    def make_env(self, changed: bool = False) -> gym.Env:
        """A new environment of this scenario, as it is before or after the change."""
        world = dict(self.world) | (dict(self.changed_world) if changed else {})
        env = gym.make(ENV_ID, max_episode_steps=self.episode_steps, **world)
        if changed and self.dead_action is not None:
            from .wrappers import DeadAction

            return DeadAction(env, self.dead_action)
        return env


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "tutorial", "the default world; always forward is optimal, so nobody stands out", 8
        ),
        Scenario(
            "centre", "target inside the line, random start: acting needs the state", 20, CENTRE
        ),
        Scenario("noisy", "centre, scale 2: one observation is not enough, memory pays", 20, NOISY),
        Scenario(
            "very_noisy",
            "centre, scale 3: a quarter of the states is misread even with memory",
            20,
            (*CENTRE, ("emission_scale", 3.0)),
        ),
        Scenario(
            "slippery",
            "centre, transition noise 0.3: actions often fail, so one must look again",
            20,
            (*CENTRE, ("transition_noise", 0.3)),
        ),
        Scenario(
            "long",
            "20 states, up to 10 steps to the target: rewards are far away",
            60,
            (("num_states", 20), ("start_state", None), ("target_state", 10)),
        ),
        Scenario(
            "very_long",
            "50 states, up to 25 steps to the target: random actions hardly ever meet it",
            150,
            (("num_states", 50), ("start_state", None), ("target_state", 25)),
        ),
        Scenario(
            "goal_switch",
            "centre, then another target: what was learned about the world should carry over",
            20,
            CENTRE,
            steps_before=16_384,
            changed_world=(("target_state", 3),),
        ),
        Scenario(
            "broken_actuator",
            "noisy, then back does nothing: overshooting can no longer be undone",
            20,
            NOISY,
            steps_before=16_384,
            dead_action=0,
        ),
        Scenario(
            "unknown_dynamics",
            "centre, and no learner is given the transition matrix",
            20,
            CENTRE,
            hides_dynamics=True,
        ),
    )
}
