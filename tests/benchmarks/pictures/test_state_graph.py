"""The map of a learned memory."""

import itertools
from typing import Any

import gymnasium as gym
import numpy as np
from aifgym.benchmarks.pictures.state_graph import layout, remembered_states, state_graph_figure
from aifgym.training.learners.memory.episodes import Episodes
from aifgym.training.learners.memory.export import memory_agent
from aifgym.training.learners.memory.machine import Machine

ROWS, COLUMNS = 3, 4
CELLS = list(itertools.product(range(ROWS), range(COLUMNS)))


def room() -> tuple[Machine, Episodes]:
    """A room whose cells are seen as 3, inside, or as 7, at a wall."""
    transitions = np.zeros((4, len(CELLS), len(CELLS)))
    for action, (down, right) in enumerate([(-1, 0), (1, 0), (0, -1), (0, 1)]):
        for number, (row, column) in enumerate(CELLS):
            after = np.clip([row + down, column + right], 0, [ROWS - 1, COLUMNS - 1])
            transitions[action, number, CELLS.index((int(after[0]), int(after[1])))] = 1
    inside = [0 < row < ROWS - 1 and 0 < column < COLUMNS - 1 for row, column in CELLS]
    symbols = np.where(inside, 0, 1)
    outcomes, first = np.ones((4, len(CELLS), 1)), np.full(len(CELLS), 1 / len(CELLS))
    one = np.zeros((1, 1), int)
    data = Episodes(
        np.zeros((1, 2), int), one, one, np.array([1]), np.array([False]), np.zeros(1),
        np.array([False]), np.array([3, 7]), 4,
    )  # fmt: skip
    return Machine(symbols, transitions, outcomes, first), data


def test_states_that_follow_each_other_are_near_each_other():
    machine, _ = room()
    places = layout(machine.transitions.max(axis=0))
    steps = np.array([[abs(a - c) + abs(b - d) for c, d in CELLS] for a, b in CELLS])
    distances = np.linalg.norm(places[:, None] - places[None], axis=2)
    assert np.corrcoef(steps.ravel(), distances.ravel())[0, 1] > 0.95
    assert distances[steps == 1].max() < distances[steps >= 3].min()


def test_the_map_shows_the_states_in_which_it_goes_on():
    machine, data = room()
    agent = memory_agent(machine, data, gym.spaces.Discrete(9), "dynamic_programming", 0, {})
    symbols, moves, kept = remembered_states(agent)
    np.testing.assert_array_equal(symbols, np.where(machine.symbols == 0, 3, 7))
    np.testing.assert_array_equal(kept, np.arange(len(CELLS)))
    np.testing.assert_array_equal(moves > 0.5, machine.transitions.max(axis=0) > 0.5)
    belief = np.zeros(len(agent.model.D[0]))
    belief[2] = 1
    axes: Any = state_graph_figure(agent, belief).axes
    (ax,) = axes
    drawn = [str(text.get_text()) for text in ax.get_legend().get_texts()]
    assert drawn == ["observation 3", "observation 7"]
    sizes = np.concatenate([np.asarray(points.get_sizes()) for points in ax.collections])
    assert (sizes > 100).sum() == 1
