"""Acting in environments of any library: the one loop behind learning, collecting and judging."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .stepping import Environments


class Steps(NamedTuple):
    """One step in each of N environments; arrays have a first axis of N.

    Attributes:
        observation: what the actions were chosen on.
        action: what was done.
        reward: `(N,)`, what it brought.
        next_observation: what was seen after it, of the same episode also where it ended.
        terminated: `(N,)` bool, whether the episode ended with it, other than by a time limit.
        episode_start: `(N,)` bool, whether `observation` is the first of an episode.
        begins: `(N,)` bool, whether another episode begins with the next step.
        valid: `(N,)` bool, false where the environment did not act but was reset, as Gymnasium's
            vector environments do in mode `NEXT_STEP`, or has stopped: such a step belongs to no
            episode.
        info: what the environments said besides, in their own form.
    """

    observation: Any
    action: np.ndarray
    reward: np.ndarray
    next_observation: Any
    terminated: np.ndarray
    episode_start: np.ndarray
    begins: np.ndarray
    valid: np.ndarray
    info: Any


Choose = Callable[[Any, np.ndarray], np.ndarray]
"""Actions `(N, ...)` for observations of N environments; the second argument, `(N,)` bool, is true
where an episode begins, so that whoever chooses can have a memory."""


def chosen_by(agent, deterministic: bool = True) -> Choose:
    """How an agent with SB3's `predict` chooses; its memory begins anew with each episode."""
    memory = None

    def choose(observation, episode_start: np.ndarray) -> np.ndarray:
        nonlocal memory
        action, memory = agent.predict(observation, memory, episode_start, deterministic)
        return action

    return choose


def act_by(choose: Choose, worlds: Environments, seed: int | None) -> Iterator[Steps]:
    """Acts until all environments have stopped; where they never do, the caller says when.

    Args:
        choose: says what is done.
        worlds: N environments.
        seed: of their first reset; None leaves it to them.
    """
    seen = worlds.reset(seed)
    episode_start = np.ones(worlds.num_envs, bool)
    while True:
        action = choose(seen, episode_start)
        done = worlds.step(action)
        parts = done.rewards, done.observations, done.ended
        yield Steps(seen, action, *parts, episode_start, done.restarted, done.valid, done.info)
        if worlds.over:
            return
        seen, episode_start = worlds.following(), done.restarted
