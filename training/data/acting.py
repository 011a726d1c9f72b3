"""Acting in vector environments of any library: the loop of `learn` and of `act`."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .stepping import Environments, environments


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
            vector environments do in mode `NEXT_STEP`: such a step belongs to no episode.
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


def act(agent, envs, seed: int | None = None, deterministic: bool = True) -> Iterator[Steps]:
    """Acts with an agent, whose memory begins anew with each episode; the caller says when to stop.

    ```python
    for step in act(agent, gym.make_vec("CartPole-v1", num_envs=8), seed=0):
        total += step.reward[step.valid].sum()
        if enough:
            break
    ```

    Args:
        agent: has SB3's `predict`: ours, or an algorithm or policy of SB3.
        envs: N environments: a vector environment of Gymnasium of any autoreset mode, or a
            `VecEnv` of SB3; also one environment, or the id of one, where N is 1.
        seed: of the first reset; None leaves it to the environments.
        deterministic: as of `predict`.

    Yields:
        Steps without end.

    Raises:
        TypeError: `envs` are none of these.
    """
    memory = None

    def choose(observation, episode_start: np.ndarray) -> np.ndarray:
        nonlocal memory
        action, memory = agent.predict(observation, memory, episode_start, deterministic)
        return action

    return act_by(choose, environments(envs), seed)


def act_by(
    choose: Callable[[Any, np.ndarray], np.ndarray], worlds: Environments, seed: int | None
) -> Iterator[Steps]:
    """Acts as a function of observations and `episode_start` says, see `act`."""
    seen = worlds.reset(seed)
    episode_start = np.ones(worlds.num_envs, bool)
    while True:
        action = choose(seen, episode_start)
        done = worlds.step(action)
        parts = done.rewards, done.observations, done.ended
        yield Steps(seen, action, *parts, episode_start, done.restarted, done.valid, done.info)
        seen, episode_start = done.next_observations, done.restarted
