"""The agents of the demonstration: given the model, trained on the spot, or from a file."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

from ...agents import (
    ActiveInferenceEncoderAgent,
    AnyAgent,
    GenerativeModel,
    Learning,
    WorldModelAgent,
)
from ...envs import LineWorld
from ...training import TrainConfig, fit, learn
from ..contenders.given_model import GAIN, LOSS, preferred, seeing_agent
from .worlds import World

# How fast what was learned is forgotten, and what the model is worth at first, in counts of each
# column: those that were chosen for worlds that change.
LEARNING = Learning(("B",), max_count=14.0, horizon=5)
PRIOR_COUNTS = 10.0
# Nats for being at the goal, those of the tutorial.
PREFERENCE = 8.0
LEARNING_STEPS = 5_000


def told(world: World, env: gym.Env) -> ActiveInferenceEncoderAgent:
    """The agent that is given the model of a world of places; it learns B while it acts."""
    process: Any = env.unwrapped
    if isinstance(getattr(process, "world", None), LineWorld):
        line = process.world
        arrays = [np.eye(line.num_states)], [line.transition_matrix]
        model = GenerativeModel(*arrays, D=[line.initial_probs], planner="tree")
        see: Any = [line.log_likelihood]
        agent = ActiveInferenceEncoderAgent(see, model, observation_space=env.observation_space)
        return learning(agent, world)
    model = GenerativeModel(**process.model(), policy_len=world.policy_len, planner="tree")
    model = dataclasses.replace(model, C=preferred(process.rewards, GAIN, LOSS))
    return learning(seeing_agent(env, model), world)


def trained(
    world: World, env: gym.Env, seed: int, progress: Callable[[float], None]
) -> ActiveInferenceEncoderAgent | WorldModelAgent:
    """The agent that is made on the spot, from random or from its own steps."""
    if world.places:
        agent, _ = fit(env, TrainConfig(planner="tree"), seed=seed)
        return learning(agent, world)

    def report(row: dict, snapshot: Callable) -> None:
        progress(row["steps"] / LEARNING_STEPS)

    agent, _ = learn(env, LEARNING_STEPS, seed=seed, progress=report)
    if not isinstance(agent, WorldModelAgent):
        raise ValueError(f"{world.title} was learned with a memory, which is not drawn here")
    return agent


def from_file(
    path: Path, world: World, env: gym.Env
) -> ActiveInferenceEncoderAgent | WorldModelAgent:
    """The agent of a file, which must fit the world.

    Raises:
        ValueError: it does not, or is no agent file.
    """
    agent: AnyAgent = ActiveInferenceEncoderAgent.load(path)
    for name in ("observation_space", "action_space"):
        ours, theirs = getattr(agent, name), getattr(env, name)
        sizes = [getattr(space, "n", space.shape) for space in (ours, theirs)]
        if type(ours) is not type(theirs) or sizes[0] != sizes[1]:
            raise ValueError(f"the file's agent has {name} {ours}, {world.title} has {theirs}")
    if not world.places:
        if not isinstance(agent, WorldModelAgent):
            raise ValueError(f"{world.title} takes files that `aifgym learn` wrote")
        return agent
    if not isinstance(agent, ActiveInferenceEncoderAgent):
        raise ValueError(f"{world.title} takes files of agents with one encoder and model")
    if agent.model.factors.num_states[0] != len(world.places):
        found = f"{agent.model.factors.num_states[0]} states, {world.title} {len(world.places)}"
        raise ValueError(f"the file's agent has {found} places")
    states_of(agent, world)
    try:
        return learning(agent, world)
    except ValueError:  # it plans in a way that cannot learn while acting
        return agent


def learning(agent: ActiveInferenceEncoderAgent, world: World) -> ActiveInferenceEncoderAgent:
    """The same agent, which doubts its B, and learns it while it acts."""
    model = agent.model
    if not model.has_lists:
        counts: Any = PRIOR_COUNTS * _doubted(model.B, world.doubt)
    else:
        counts = [PRIOR_COUNTS * _doubted(model.B[0], world.doubt), *[None] * (len(model.B) - 1)]
    model = dataclasses.replace(model, pB=counts)
    return ActiveInferenceEncoderAgent(
        agent.encoder,
        model,
        agent.usage,
        agent.settings,
        observation_space=agent.observation_space,
        learn=LEARNING,
    )


def aimed(
    agent: ActiveInferenceEncoderAgent, world: World, rewards: Any, goal: int | None
) -> ActiveInferenceEncoderAgent:
    """The same agent, which seeks a place, or what the world rewards; nothing is trained."""
    states = states_of(agent, world)
    if not agent.model.has_lists:
        return agent if goal is None else agent.with_goal(state=int(states[goal]))
    if goal is None:
        return agent.with_preferences(preferred(rewards, GAIN, LOSS))  # pyright: ignore[reportArgumentType] lists
    C = [np.zeros(count) for count in agent.model.factors.num_outcomes]
    C[0][goal] = PREFERENCE
    return agent.with_preferences(C)  # pyright: ignore[reportArgumentType] a list of arrays


def states_of(agent: ActiveInferenceEncoderAgent, world: World) -> np.ndarray:
    """`(places,)`, the agent's number of each place; ValueError where it does not tell them apart.

    Learned states have numbers of their own: the encoder is shown where each place is seen.
    """
    if agent.model.has_lists or world.points is None:
        return np.arange(len(world.places))
    states = agent.encode(world.points.astype(np.float32)).argmax(axis=1)
    if len(set(states.tolist())) < len(world.places):
        raise ValueError(f"the agent takes some places of {world.title} for one")
    return states


def _doubted(B: np.ndarray, doubt: float) -> np.ndarray:
    return (1 - doubt) * np.asarray(B, np.float64) + doubt / len(B)
