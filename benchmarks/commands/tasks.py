"""Gymnasium tasks by their ids, and agents of world models in them."""

from pathlib import Path

import gymnasium as gym
import numpy as np

from ...agents import WorldModelAgent
from ...training.data.acting import act
from ...training.data.stepping import batch


def loaded(path: Path, env_id: str) -> WorldModelAgent:
    """The agent of a file that `learn` wrote.

    Raises:
        ValueError: the file holds another agent, or it does not fit the environment.
    """
    agent = WorldModelAgent.load(path)
    env = made(env_id)
    for name in ("observation_space", "action_space"):
        ours, theirs = getattr(agent, name), getattr(env, name)
        if type(ours) is not type(theirs) or ours.shape != theirs.shape:
            raise ValueError(f"{path} was learned with {name} {ours}, {env_id} has {theirs}")
    return agent


def made(env_id: str, **kwargs) -> gym.Env:
    """The environment of an id.

    Raises:
        ValueError: there is none.
    """
    try:
        return gym.make(env_id, **kwargs)
    except (gym.error.Error, ModuleNotFoundError) as error:
        raise ValueError(f"there is no environment {env_id!r}: {error}") from error


def task_returns(agent, env_id: str, episodes: int, seed: int) -> np.ndarray:
    """`(N,)`, returns of episodes side by side; without an agent, of random actions."""
    envs = [made(env_id) for _ in range(episodes)]
    for place, env in enumerate(envs):
        env.action_space.seed(seed + place)
    state = None

    def choose(observations: list, episode_start: np.ndarray):
        nonlocal state
        if agent is None:
            return [env.action_space.sample() for env in envs]
        actions, state = agent.predict(batch(observations), state, episode_start)
        return [int(action) if np.ndim(action) == 0 else action for action in actions]

    returns = np.zeros(episodes)
    for step in act(envs, choose, range(seed, seed + episodes), restart=False):
        returns[step.env] += step.reward
    return returns
