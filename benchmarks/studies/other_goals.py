"""Goals that are told after learning, beside PPO that was trained for the old reward."""

import dataclasses
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np

from ...envs.acting import act_by, chosen_by
from ...envs.stepping import EnvironmentList
from ...training import LearnConfig, learn
from .peers import train_peer

EVALUATION_SEED = 1_000_000
LENGTH = 500
PEER = "PPO RL-Zoo"


@dataclasses.dataclass(frozen=True)
class OtherGoal:
    """A goal that the task's reward does not ask for.

    Attributes:
        env_id: of the task that is learned.
        words: the goal, for people.
        preferences: from observations `(N, D)` to nats for each step there, `(N,)`.
        reached: from the observations of an episode `(T, D)` to how well the goal was kept, 0 to 1.
    """

    env_id: str
    words: str
    preferences: Callable[[np.ndarray], np.ndarray]
    reached: Callable[[np.ndarray], float]


def _stands_at_one(seen: np.ndarray) -> float:
    """Share of the last 200 of 500 steps within 0.3 of x = 1; none where it fell before."""
    last = seen[LENGTH - 200 :]
    return float((np.abs(last[:, 0] - 1) < 0.3).sum() / 200)


GOALS = (
    OtherGoal(
        "CartPole-v1",
        "stand at x = 1",
        lambda seen: 1 + np.exp(-((seen[:, 0] - 1) ** 2) / (2 * 0.3**2)),
        _stands_at_one,
    ),
    OtherGoal(
        "MountainCar-v0",
        "climb the left hill",
        lambda seen: (seen[:, 0] < -1.1).astype(float),
        lambda seen: float((seen[:, 0] < -1.1).any()),
    ),
)


def run_goal(goal: OtherGoal, steps: int, seed: int, episodes: int) -> list[dict]:
    """Learns the usual task, then tells the goal; rows of both learners."""

    def make() -> gym.Env:
        return gym.make(goal.env_id)

    agent: Any = learn(make(), steps, LearnConfig(), seed)[0]
    peer, _ = train_peer(PEER, make, steps, seed)
    told = agent.with_preferences(goal.preferences)
    agents: dict[str, Any] = {
        "aifgym, the usual reward": agent,
        "aifgym, told the goal": told,
        PEER: peer,
    }
    rows = []
    for name, own in agents.items():
        scores = [goal.reached(seen) for seen in seen_by(own, make, episodes)]
        row = {"task": goal.env_id, "goal": goal.words, "steps": steps, "seed": seed}
        rows.append(row | {"learner": name, "reached": round(float(np.mean(scores)), 4)})
    return rows


def seen_by(agent, make: Callable[[], gym.Env], episodes: int) -> list[np.ndarray]:
    """`(T, D)` for each episode, what was observed after each step."""
    worlds = EnvironmentList([make() for _ in range(episodes)], restart=False)
    seen: list[list] = [[] for _ in range(episodes)]
    for step in act_by(chosen_by(agent), worlds, EVALUATION_SEED):
        for place in np.flatnonzero(step.valid):
            seen[place].append(step.next_observation[place])
    return [np.stack(own) for own in seen]


def table(rows: list[dict]) -> list[str]:
    """Lines of a Markdown table: mean over seeds of each task and learner."""
    lines = ["| goal | steps | learner | seeds | reached |", "| --- | --- | --- | --- | --- |"]
    for goal, steps, learner in dict.fromkeys(
        (row["goal"], row["steps"], row["learner"]) for row in rows
    ):
        own = [row["reached"] for row in rows if (row["goal"], row["learner"]) == (goal, learner)]
        lines.append(f"| {goal} | {steps:,} | {learner} | {len(own)} | {np.mean(own):.2f} |")
    return lines
