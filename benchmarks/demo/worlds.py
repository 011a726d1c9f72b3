"""The worlds of the demonstration, as data: how they are made, drawn and broken."""

import dataclasses
from collections.abc import Callable

import gymnasium as gym
import numpy as np

from ...envs import LineWorld
from ...envs.line_world.actions import ACTION_NAMES, STAY
from ...envs.pymdp_envs.makers import MAZE_POINTS, grid_points
from ..scenarios.changing import RING_POINTS, ring
from ..scenarios.scenario import LINE_WORLD

STEPS = 30
"""Length of an episode in worlds that never end by themselves."""
SIDE = 4


@dataclasses.dataclass(frozen=True)
class Noise:
    """What the slider changes, its range, and where it begins."""

    words: str
    low: float
    high: float
    usual: float
    step: float

    def checked(self, value: float | None) -> float:
        """The noise that was asked for; ValueError where it is out of range."""
        if value is None:
            return self.usual
        if not self.low <= value <= self.high:
            raise ValueError(f"noise must be in {self.low:g}..{self.high:g}, got {value:g}")
        return float(value)


@dataclasses.dataclass(frozen=True)
class World:
    """One world.

    Attributes:
        title, words: what it is, for people.
        make: from the noise to the environment.
        actions: their names.
        noise: what the slider does.
        agents: who may act in it: `told` has the model, `trained` makes it on the spot.
        places: names of the places; none where the world is not made of places.
        points: `(places, 2)`, where they are drawn.
        ways: pairs of places that are next to each other.
        goal: the place that is sought at first; None seeks what the world rewards.
        idle: from the place to the action that does nothing there; None: the world has no such.
        doubt: share of the agent's prior of B that says that any place may come next.
        policy_len: steps that the agent looks ahead.
    """

    title: str
    words: str
    make: Callable[[float], gym.Env]
    actions: tuple[str, ...]
    noise: Noise
    agents: tuple[str, ...] = ("told",)
    places: tuple[str, ...] = ()
    points: np.ndarray | None = None
    ways: tuple[tuple[int, int], ...] = ()
    goal: int | None = None
    idle: Callable[[int], int] | None = None
    doubt: float = 0.0
    policy_len: int = 4


def _limited(env: gym.Env) -> gym.Env:
    return gym.wrappers.TimeLimit(env, STEPS)


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"state {number}" for number in range(count))


def _grid_ways() -> tuple[tuple[int, int], ...]:
    cells = range(SIDE * SIDE)
    right = [(cell, cell + 1) for cell in cells if (cell + 1) % SIDE]
    return (*right, *((cell, cell + SIDE) for cell in cells[:-SIDE]))


SIGHT = "how blurred it sees where it is (standard deviation of a sighting)"
WORLDS = {
    "line": World(
        "Line",
        "Five states in a row. The agent sees only a noisy point in a plane, and each state sends "
        "points from a place of its own. One step in ten lands anywhere.",
        lambda noise: gym.make(
            LINE_WORLD, max_episode_steps=STEPS, start_state=None, emission_scale=noise
        ),
        ACTION_NAMES,
        Noise(SIGHT, 0.2, 3.0, 1.0, 0.1),
        ("told", "trained"),
        _numbered(LineWorld.num_states),
        LineWorld().means,
        tuple((place, place + 1) for place in range(LineWorld.num_states - 1)),
        goal=LineWorld.num_states - 1,
        idle=lambda place: STAY,
    ),
    "ring": World(
        "Ring",
        "The line, closed to a ring: each state can be reached both ways round. Break one "
        "direction, and see the agent take the other one.",
        lambda noise: _limited(ring(scale=noise)),
        ACTION_NAMES,
        Noise(SIGHT, 0.2, 3.0, 1.0, 0.1),
        ("told", "trained"),
        _numbered(5),
        RING_POINTS,
        ((0, 1), (1, 2), (2, 3), (3, 4), (4, 0)),
        goal=2,
        idle=lambda place: STAY,
    ),
    "tmaze": World(
        "T-maze",
        "One arm has the reward, the other one a punishment, and nobody says which; the cue at "
        "the foot tells, most of the time. Who asks first wins.",
        lambda noise: gym.make("aifgym.envs:TMaze-v0", cue_validity=1 - noise),
        ("to the centre", "to the left arm", "to the right arm", "to the cue", "to the fork"),
        Noise("how often the cue is wrong (share of episodes)", 0.0, 0.5, 0.05, 0.01),
        ("told",),
        ("centre", "left arm", "right arm", "cue", "fork"),
        MAZE_POINTS,
        ((0, 3), (0, 4), (4, 1), (4, 2)),
        idle=lambda place: place,
        doubt=0.02,
    ),
    "grid": World(
        "Grid",
        "Sixteen cells; the agent starts in any of them and sees a blurred point. One move in ten "
        "does not happen.",
        lambda noise: gym.make(
            "aifgym.envs:ContinuousGridWorld-v0",
            max_episode_steps=STEPS,
            shape=(SIDE, SIDE),
            emission_scale=noise,
        ),
        ("up", "right", "down", "left", "stay"),
        Noise(SIGHT, 0.2, 4.0, 1.6, 0.1),
        ("told",),
        tuple(f"row {n // SIDE + 1}, column {n % SIDE + 1}" for n in range(SIDE * SIDE)),
        grid_points((SIDE, SIDE)),
        _grid_ways(),
        goal=SIDE * SIDE - 1,
        idle=lambda place: 4,
        doubt=0.02,
        policy_len=2 * (SIDE - 1),
    ),
    "cartpole": World(
        "CartPole",
        "A pole on a cart. Nobody tells the agent anything: it makes itself a model of the task "
        "from 5,000 steps of its own, then balances by planning in that model.",
        lambda noise: gym.make("CartPole-v1"),
        ("push left", "push right"),
        Noise("noise on what it sees (in standard deviations of its experience)", 0, 0.5, 0, 0.01),
        ("trained",),
    ),
}
