"""What an agent is to seek, as `train`, `evaluate` and `animate` are told; and what they note."""

import dataclasses
from typing import Literal

import gymnasium as gym
import numpy as np

from ...agents import ActiveInferenceEncoderAgent
from ...envs import LineWorld
from ...training import TrainConfig
from ...training.data.collection import collect
from ...training.learners.estimates import estimate_rewards

Goal = tuple[float, ...]
Preferences = Literal["reward"]


def fit_arguments(goal: Goal | None, preferences: Preferences | None) -> dict:
    """What `fit` is told of a goal."""
    check_one(goal, preferences)
    if goal is None:
        return {"preferences": preferences}
    return {"target_state": int(goal[0])} if _is_state(goal) else {"goal_observation": list(goal)}


def with_goal(agent: ActiveInferenceEncoderAgent, goal: Goal) -> ActiveInferenceEncoderAgent:
    """The agent with another goal."""
    if _is_state(goal):
        return agent.with_goal(state=int(goal[0]))
    return agent.with_goal(observation=np.array(goal))


def with_rewards(agent: ActiveInferenceEncoderAgent, env: gym.Env) -> ActiveInferenceEncoderAgent:
    """The agent that prefers what random actions were rewarded for, as `fit` estimates it."""
    steps, length = TrainConfig.num_transitions, TrainConfig.sequence_length
    data = collect(env, steps, length, record_rewards=True)
    model = agent.model
    rewards = estimate_rewards(agent.encoder, model.B, model.D, data, agent.usage)
    print(f"note: preferences are the rewards of {steps:,} random steps")
    return agent.with_preferences(TrainConfig.preference * rewards)


def rewarded(world: LineWorld, agent: ActiveInferenceEncoderAgent, goal: Goal | None) -> LineWorld:
    """The world that rewards the goal, where that is a state of its own and no other was named."""
    if goal is None or not _is_state(goal) or world.target_state != "last":
        return world
    if agent.has_own_numbers:
        return world
    return dataclasses.replace(world, target_state=int(goal[0]))


def check_one(goal: Goal | None, preferences: Preferences | None) -> None:
    """Raises ValueError for both, and for a goal that is neither a state nor an observation."""
    if goal is not None and preferences is not None:
        raise ValueError("give --goal or --preferences, not both")
    if goal is not None and not _is_state(goal) and len(goal) != 2:
        raise ValueError(f"--goal must be a state or two coordinates x1 x2, got {list(goal)}")


def note_disagreements(agent: ActiveInferenceEncoderAgent, world: LineWorld) -> None:
    """Says where the agent was made for another world, or seeks another target or none."""
    hints = {"no preferences": " (--goal, --preferences reward)", "seeks": " (--target-state)"}
    for note in agent.disagreements(world):
        hint = next((hint for part, hint in hints.items() if part in note), "")
        print(f"note: {note}{hint}")


def _is_state(goal: Goal) -> bool:
    return len(goal) == 1 and float(goal[0]).is_integer()
