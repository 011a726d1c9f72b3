"""Symbols joined with registers."""

import dataclasses

import numpy as np
from aifgym.training.learners.memory.clone_fit import clone_model
from aifgym.training.learners.memory.features import ACTION, NOW, closed, values_of
from aifgym.training.learners.memory.hybrid import Joined
from aifgym.training.learners.memory.machine import clone_machine
from memory_helpers import random_episodes

FIRST = ("first", 0)


def test_joined_symbols_are_what_is_remembered():
    data = random_episodes(1, count=10, most_steps=6)
    joined = Joined.of((FIRST, ACTION), data)
    assert joined is not None
    assert joined.features == closed({FIRST})
    assert joined.size == 4
    together = joined.episodes(data)
    names = {number: row for row, number in joined.numbers.items()}
    values = values_of(data, joined.features)
    for episode, t in zip(*np.nonzero(data.steps)):
        row = names[int(together.symbols[episode, t])]
        np.testing.assert_array_equal(row, values[episode, t])
    kept = dataclasses.replace(together, symbols=data.symbols, values=data.values)
    np.testing.assert_array_equal(kept.outcomes, data.outcomes)


def test_too_many_or_no_more_than_the_symbols_are_not_joined():
    data = random_episodes(2, count=40, most_steps=12)
    assert Joined.of((NOW, ACTION), data) is None
    assert Joined.of(tuple(("observation", lag) for lag in range(8)), data) is None


def test_registers_change_only_as_they_can():
    data = random_episodes(1, count=10, most_steps=6)
    joined = Joined.of((FIRST, ACTION), data)
    assert joined is not None
    model = clone_model(joined.episodes(data), 2, np.random.default_rng(0))
    before = clone_machine(model)
    machine = joined.machine(before, data.num_symbols)
    np.testing.assert_allclose(machine.transitions.sum(axis=2), 1)
    place, now = joined.features.index(FIRST), joined.features.index(NOW)
    names = {number: row for row, number in joined.numbers.items()}
    first = np.array([names[int(number)][place] for number in before.symbols])
    symbols = [names[int(number)][now] for number in before.symbols]
    np.testing.assert_array_equal(machine.symbols, symbols)
    assert (machine.transitions * (first[:, None] != first[None])).sum() == 0
