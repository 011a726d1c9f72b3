"""The exported model against the machine it comes from, path by path."""

import itertools
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from aifgym.training.learners.memory.export import DISCOUNT, LOST, machine_model, memory_agent
from aifgym.training.learners.memory.features import ACTION, NOW
from aifgym.training.learners.memory.machine import (
    Machine,
    TooManyStatesError,
    table_machine,
)
from aifgym.training.learners.memory.tables import table_model
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_helpers import random_episodes

STATES, ACTIONS = 4, 2


def random_machine(seed: int) -> Machine:
    rng = np.random.default_rng(seed)
    return Machine(
        np.array([0, 0, 1, 1]),
        rng.dirichlet(np.ones(STATES), size=(ACTIONS, STATES)),
        rng.dirichlet(np.ones(3), size=(ACTIONS, STATES)),
        rng.dirichlet(np.ones(STATES)),
    )


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_rewards_and_endings_are_the_machines(seed):
    data, machine = random_episodes(seed), random_machine(seed)
    model = machine_model(machine, data, "dynamic_programming")
    (B,), (A_seen, A_reward), (_, C) = model.B, model.A, model.C
    np.testing.assert_allclose(B.sum(axis=0), 1, atol=1e-5)
    # States of the machine come first, once for each reward while it goes on, then the ending.
    expected = DISCOUNT * machine.outcomes @ data.rewards
    for copy in range(2):
        places = slice(copy * STATES, (copy + 1) * STATES)
        found = np.einsum("o,os,sku->uk", C, A_reward, B)[:, places]
        np.testing.assert_allclose(found, expected, atol=1e-5)
        ended = B[2 * STATES, places].T
        np.testing.assert_allclose(ended, DISCOUNT * machine.outcomes[:, :, 2], atol=1e-5)
    assert A_seen[:, 0].argmax() == 0
    assert A_seen[:, -1].argmax() == 2  # "ended", which is never observed
    np.testing.assert_allclose(B[-1, -1], 1)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_beliefs_are_those_of_all_paths(seed):
    data, machine = random_episodes(seed), random_machine(seed)
    agent = memory_agent(machine, data, gym.spaces.Discrete(2), "dynamic_programming", 0, {})
    symbols = np.random.default_rng(seed).integers(2, size=3)
    actions, state = [], None
    for symbol in symbols:
        action, state = agent.predict(symbol, state)
        actions.append(int(action))
    goes_on = machine.outcomes[:, :, :2].sum(axis=2)
    moves = (1 - LOST) * machine.transitions + LOST / STATES
    expected = np.zeros(STATES)
    for path in itertools.product(range(STATES), repeat=3):
        chance = machine.first[path[0]] * (machine.symbols[list(path)] == symbols).all()
        for action, before, after in zip(actions, path, path[1:]):
            chance *= goes_on[action, before] * moves[action, before, after]
        expected[path[-1]] += chance
    beliefs: Any = agent.beliefs
    found = beliefs[0][0, : 2 * STATES].reshape(2, STATES).sum(axis=0)
    np.testing.assert_allclose(found, expected / expected.sum(), atol=1e-4)


def test_of_many_rewards_the_mean_is_kept():
    data, machine = random_episodes(0), random_machine(0)
    many = data.__class__(
        **{**vars(data), "rewards": np.array([-1.0, 0.5, 2.0]), "closes": np.zeros(3, bool)}
    )
    model = machine_model(machine, many, "dynamic_programming")
    found = np.einsum("o,os,sku->uk", model.C[1], model.A[1], model.B[0])[:, :STATES]
    np.testing.assert_allclose(found, DISCOUNT * machine.outcomes @ many.rewards, atol=1e-5)


def test_a_machine_of_tables_follows_what_can_be_observed():
    data = random_episodes(5, count=20, most_steps=8)
    features = (("first", 0), NOW, ACTION)
    machine = table_machine(table_model(data, features, features), data)
    assert sorted(machine.symbols.tolist()) == [0, 0, 1, 1]
    np.testing.assert_allclose(machine.transitions.sum(axis=2), 1)
    first = np.array([state[machine.remembers[0][0].split(", ").index("first 0")]
                      for _, state in machine.remembers])  # fmt: skip
    leaves = machine.transitions * (first[:, None] != first[None])
    assert leaves.sum() == 0


def test_memories_that_are_too_large_are_refused():
    data = random_episodes(6, count=300, most_steps=12, num_symbols=4)
    features = (*(("observation", lag) for lag in range(8)), ACTION)
    with pytest.raises(TooManyStatesError):
        table_machine(table_model(data, features, features), data)
