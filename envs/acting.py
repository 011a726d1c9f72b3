"""Acting in environments side by side: the one loop behind collecting and judging."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np


class Step(NamedTuple):
    """One step in one environment.

    Attributes:
        env: its place among the environments.
        observation: what was seen before the action.
        action: what was done.
        reward: what it brought, as the environment gave it.
        next_observation: what was seen after it.
        ends: whether the episode ended with it.
    """

    env: int
    observation: Any
    action: Any
    reward: Any
    next_observation: Any
    ends: bool


def act(
    envs: Sequence[gym.Env],
    choose: Callable[[list, np.ndarray], Sequence | np.ndarray],
    seeds: Sequence[int],
    restart: bool = True,
    see: Callable[[Any, dict], Any] = lambda observation, info: observation,
) -> Iterator[Step]:
    """Acts in all environments, one action in each, then the next; the caller says when to stop.

    Args:
        envs: N environments.
        choose: actions for N observations; its second argument, `(N,)` bool, is true where an
            episode begins, so that whoever chooses can have a memory. Where an environment has
            stopped, its last observation is repeated, and what is chosen for it does not count.
        seeds: of the environments' first resets.
        restart: whether an environment whose episode has ended begins another one; else it stops,
            and all is over when the last one has.
        see: what of an environment's observation and `info` goes to `choose`, and into the steps.

    Yields:
        Steps; the environment is restarted after the step that ends an episode has been taken
        by the caller, so that nothing is reset that nobody goes on with.
    """
    seen = [see(*env.reset(seed=seed)) for env, seed in zip(envs, seeds)]
    running, episode_start = np.ones(len(envs), bool), np.ones(len(envs), bool)
    while running.any():
        actions = choose(seen, episode_start)
        episode_start = np.zeros(len(envs), bool)
        for index in map(int, np.flatnonzero(running)):
            before, action = seen[index], actions[index]
            observation, reward, terminated, truncated, info = envs[index].step(action)
            seen[index] = see(observation, info)
            ends = bool(terminated or truncated)
            yield Step(index, before, action, reward, seen[index], ends)
            if ends and restart:
                seen[index] = see(*envs[index].reset())
                episode_start[index] = True
            elif ends:
                running[index] = False
