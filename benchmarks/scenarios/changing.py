"""Worlds that change in mid-life without anybody being told, as data."""

import dataclasses
import types
from collections.abc import Callable, Sequence
from typing import Any

import gymnasium as gym
import numpy as np

from ...envs.pymdp_envs.gym_env import PymdpEnv
from ...envs.pymdp_envs.makers import make_t_maze

RING, NOISE, SCALE, TARGET = 5, 0.1, 1.5, 2
STAY, DEAD = 1, 0
ANGLES = 2 * np.pi * np.arange(RING) / RING
RING_POINTS = 3.2 * np.stack([np.sin(ANGLES), np.cos(ANGLES)], axis=1)


class ChangingWorld(gym.Env):
    """Worlds one after another, with nothing that tells which one it is.

    Args:
        worlds: with the same spaces.
        episodes: of each of them but the last, which stays.

    Attributes:
        phase: which of them it is now, for evaluation and references, never for a learner.
    """

    def __init__(self, worlds: Sequence[gym.Env], episodes: Sequence[int]) -> None:
        self._worlds, self._ends = list(worlds), np.cumsum(episodes)
        self.observation_space = worlds[0].observation_space
        self.action_space = worlds[0].action_space
        self.phase, self._begun = 0, 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        """Starts an episode, where its time has come in the next world."""
        super().reset(seed=seed)
        self.phase = int(np.searchsorted(self._ends, self._begun, side="right"))
        self._begun += 1
        own = int(self.np_random.integers(2**31))
        return self._worlds[self.phase].reset(seed=own, options=options)

    def step(self, action):
        """A step of the present world."""
        return self._worlds[self.phase].step(action)


@dataclasses.dataclass(frozen=True)
class Change:
    """A world that changes.

    Attributes:
        reason: why it is worth running, in one line.
        make: makes the world as it is in a phase.
        episodes: of each phase.
        episode_steps: length of an episode at most.
        learn: what of the model an agent has to learn anew: B, or A of the last modality.
        doubt: which share of the prior says that any outcome may come.
        forgetting: settings of our `Learning`, chosen on other seeds than those of reports.
        curious: whether our agent that learns values information about its model.
        nats: preference for what is gained, and for what is lost.
        training: environment steps that learners without a model have before.
    """

    reason: str
    make: Callable[[int], PymdpEnv]
    episodes: tuple[int, ...]
    episode_steps: int
    learn: str
    doubt: float = 0.0
    forgetting: tuple[tuple[str, float], ...] = ()
    curious: bool = False
    nats: tuple[float, float] = (3.0, 6.0)
    training: int = 32_768

    def unchanged(self) -> gym.Env:
        """The world before it changes."""
        return gym.wrappers.TimeLimit(self.make(0), self.episode_steps)

    def world(self, side_by_side: int = 1) -> ChangingWorld:
        """One life, or one of some that together are as long as one."""
        limited = [
            gym.wrappers.TimeLimit(self.make(phase), self.episode_steps)
            for phase in range(len(self.episodes))
        ]
        return ChangingWorld(limited, [count // side_by_side for count in self.episodes[:-1]])


def ring(
    target: int = TARGET,
    dead: int | None = None,
    shows_reward: bool = False,
    scale: float = SCALE,
) -> PymdpEnv:
    """Five states in a ring that are seen as noisy points; back, stay, forward.

    Args:
        target: the state that is rewarded.
        dead: an action that does nothing.
        shows_reward: whether the reward is seen, too.
        scale: standard deviation of the points.
    """
    moved = np.stack([np.roll(np.eye(RING), move, axis=0) for move in (-1, 0, 1)], axis=-1)
    B = (1 - NOISE) * moved + NOISE / RING
    if dead is not None:
        B[..., dead] = B[..., STAY]
    outcome = np.stack([1 - np.eye(RING)[target], np.eye(RING)[target]])
    A = [np.eye(RING), outcome] if shows_reward else [np.eye(RING)]
    tables = types.SimpleNamespace(
        A=A, B=[B], D=[np.full(RING, 1 / RING)], A_dependencies=[[0]] * len(A), B_dependencies=[[0]]
    )
    rewards = [np.zeros(RING), np.array([0.0, 1.0])] if shows_reward else [np.eye(RING)[target]]
    return PymdpEnv(
        tables,
        rewards,
        modalities=("position", "outcome")[: len(A)],
        emission_scale=scale,
        emission_means={"position": RING_POINTS},
    )


CHANGES = {
    "ring_broken_actuator": Change(
        "an action stops to work; the way round the ring is still open",
        lambda phase: ring(dead=DEAD if phase else None, scale=2.0),
        (48, 152),
        20,
        "B",
        forgetting=(("max_count", 10.0), ("horizon", 5)),
    ),
    "tmaze_reversal": Change(
        "the cue, right in 95 % of cases, becomes as often wrong",
        lambda phase: make_t_maze(cue_validity=0.05 if phase else 0.95),
        (96, 200),
        5,
        "A",
        forgetting=(("max_count", 20.0), ("decay", 0.98)),
        curious=True,
        nats=(2.0, 3.0),
    ),
    "goal_drift": Change(
        "what is rewarded moves on along the ring, three times",
        lambda phase: ring((TARGET + phase) % RING, shows_reward=True),
        (48, 48, 48, 48),
        20,
        "A",
        doubt=0.1,
        forgetting=(("max_count", 10.0),),
    ),
}
