"""How well `learn` does on known tasks, with one set of defaults for all of them."""

import dataclasses
import itertools
from collections.abc import Callable
from typing import Literal, NamedTuple

import gymnasium as gym
import numpy as np

from ...envs.acting import Choose, act_by, chosen_by
from ...envs.stepping import EnvironmentList
from ...training import LearnConfig, learn
from ...training.learners.world_model.config import Memory
from .peers import PEERS, peer_settings, train_peer

# The learner of this project, in tables.
OURS = "aifgym"
# The first evaluation episode's seed; trainings begin from far below.
EVALUATION_SEED = 1_000_000


class VisibleDimensions(gym.ObservationWrapper):
    """Hides all dimensions of a vector but some."""

    def __init__(self, env: gym.Env, visible: tuple[int, ...]) -> None:
        super().__init__(env)
        space, self._visible = env.observation_space, list(visible)
        assert isinstance(space, gym.spaces.Box)
        low, high = space.low[self._visible], space.high[self._visible]
        self.observation_space = gym.spaces.Box(low, high, dtype=np.float32)

    def observation(self, observation: np.ndarray) -> np.ndarray:
        """What can be seen of it."""
        return observation[self._visible]


class RandomActions(gym.ActionWrapper):
    """Takes a random action in a share of the steps, whatever is chosen."""

    def __init__(self, env: gym.Env, share: float) -> None:
        super().__init__(env)
        self._share, self._rng = share, np.random.default_rng(0)

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        """Resets; a seed is that of the random actions, too."""
        if seed is not None:
            self._rng = np.random.default_rng([seed, 1])
        return super().reset(seed=seed, options=options)

    def action(self, action):
        """The action that is taken."""
        assert isinstance(self.action_space, gym.spaces.Discrete)
        if self._rng.random() < self._share:
            return int(self._rng.integers(self.action_space.n))
        return action


@dataclasses.dataclass(frozen=True)
class Task:
    """One line of the table.

    Attributes:
        make: makes the environment.
        steps: budgets, each a learning of its own.
        history: of `LearnConfig`.
        memory: of `LearnConfig`.
        peers: which of them stand beside us.
        peer_steps: their budgets; None means the same ones.
    """

    make: Callable[[], gym.Env]
    steps: tuple[int, ...]
    history: int | Literal["auto"] = "auto"
    memory: Memory = "none"
    peers: tuple[str, ...] = PEERS
    peer_steps: tuple[int, ...] | None = None


def _made(env_id: str, **kwargs) -> Callable[[], gym.Env]:
    return lambda: gym.make(env_id, **kwargs)


TASKS = {
    "CartPole": Task(_made("CartPole-v1"), (3_000, 5_000, 10_000)),
    "MountainCar": Task(_made("MountainCar-v0"), (5_000, 10_000)),
    "Acrobot": Task(_made("Acrobot-v1"), (5_000, 10_000)),
    "CliffWalking": Task(_made("CliffWalking-v1", max_episode_steps=200), (500, 1_000)),
    "Taxi": Task(_made("Taxi-v4"), (5_000, 10_000, 20_000)),
    "FrozenLake 4x4": Task(_made("FrozenLake-v1"), (5_000,)),
    "FrozenLake 8x8": Task(_made("FrozenLake8x8-v1"), (10_000, 20_000)),
    "CartPole without velocities, window of 2": Task(
        lambda: VisibleDimensions(gym.make("CartPole-v1"), (0, 2)), (5_000,), 2
    ),
    "CartPole without velocities": Task(
        lambda: VisibleDimensions(gym.make("CartPole-v1"), (0, 2)), (5_000,)
    ),
    "CartPole, 10 % random actions": Task(
        lambda: RandomActions(gym.make("CartPole-v1"), 0.1), (10_000,)
    ),
}


class Trial(NamedTuple):
    """One learning.

    Attributes:
        task: name in `TASKS`.
        steps: its budget.
        seed: of the training.
        learner: `OURS`, or one of `peers.PEERS` and `peers.MEMORY_PEERS`.
    """

    task: str
    steps: int
    seed: int
    learner: str


def trials(tasks: dict[str, Task], seeds: range, peer_seeds: int = 0) -> list[Trial]:
    """All that is to be learned: by us from each seed, by peers from the first `peer_seeds`."""
    found = []
    for name, task in tasks.items():
        env = task.make()
        peers = [peer for peer in task.peers if peer_settings(peer, env) is not None]
        theirs = task.steps if task.peer_steps is None else task.peer_steps
        for steps in dict.fromkeys(task.steps + theirs):
            if steps in task.steps:
                found += [Trial(name, steps, seed, OURS) for seed in seeds]
            if steps in theirs:
                pairs = itertools.product(peers, seeds[:peer_seeds])
                found += [Trial(name, steps, seed, peer) for peer, seed in pairs]
    return found


def run_trial(trial: Trial, task: Task, episodes: int) -> dict:
    """Learns, evaluates, and gives a row of the table."""
    if trial.learner == OURS:
        config = LearnConfig(history=task.history, memory=task.memory)
        agent, history = learn(task.make(), trial.steps, config, trial.seed)
        seconds = history.rows[-1]["seconds"]
    else:
        agent, seconds = train_peer(trial.learner, task.make, trial.steps, trial.seed)
    returns, lengths = task_episodes(agent, task.make, episodes, EVALUATION_SEED)
    measured = {"mean_return": float(returns.mean()), "mean_length": float(lengths.mean())}
    return trial._asdict() | measured | {"seconds": round(seconds, 3)}


def task_returns(agent, make: Callable[[], gym.Env], episodes: int, seed: int) -> np.ndarray:
    """`(N,)`, returns of episodes side by side; without an agent, of random actions."""
    return task_episodes(agent, make, episodes, seed)[0]


def task_episodes(
    agent, make: Callable[[], gym.Env], episodes: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """`(N,)` each, returns and steps of episodes side by side."""
    envs = [make() for _ in range(episodes)]
    for place, env in enumerate(envs):
        env.action_space.seed(seed + place)
    drawn: Choose = lambda *_: np.array([env.action_space.sample() for env in envs])  # noqa: E731
    choose = drawn if agent is None else chosen_by(agent)
    returns, lengths = np.zeros(episodes), np.zeros(episodes, int)
    for step in act_by(choose, EnvironmentList(envs, restart=False), seed):
        returns += step.reward  # 0 where the episode has ended
        lengths += step.valid
    return returns, lengths


def summary(rows: list[dict]) -> list[str]:
    """Lines of a Markdown table: mean and worst seed of each task, budget and learner."""
    lines = [
        "| task | steps | learner | seeds | mean | worst seed | episode's steps | processor s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for key in dict.fromkeys((row["task"], row["steps"], row["learner"]) for row in rows):
        own = [row for row in rows if (row["task"], row["steps"], row["learner"]) == key]
        returns = np.array([row["mean_return"] for row in own])
        seconds = np.mean([row["seconds"] for row in own])
        length = np.mean([row["mean_length"] for row in own])
        numbers = f"{len(own)} | {returns.mean():.2f} | {returns.min():.2f} | {length:.1f}"
        lines.append(f"| {key[0]} | {key[1]:,} | {key[2]} | {numbers} | {seconds:.1f} |")
    return lines
