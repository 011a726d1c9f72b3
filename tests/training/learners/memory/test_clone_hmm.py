"""Expectation maximisation against the enumeration of all paths through the clones."""

import itertools

import numpy as np
from aifgym.training.learners.memory.clone_fit import Prior, backoff, clone_model, improved
from aifgym.training.learners.memory.clone_hmm import CloneModel, expected_counts, filtered
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_helpers import random_episodes

CLONES = 2


def random_model(data, seed: int) -> CloneModel:
    rng = np.random.default_rng(seed)
    sizes = data.num_actions, data.num_symbols
    transitions = rng.random((*sizes, sizes[1], CLONES, CLONES)) + 0.05
    outcomes = rng.random((*sizes, CLONES, data.num_outcomes)) + 0.05
    first = rng.random((sizes[1], CLONES)) + 0.05
    return CloneModel(
        transitions / transitions.sum(axis=(2, 4), keepdims=True),
        outcomes / outcomes.sum(axis=-1, keepdims=True),
        first / first.sum(),
    )


def paths(model: CloneModel, data, episode: int):
    """Clones at all times, and the probability of them with all that was seen."""
    symbols, actions, outcomes = (
        row[episode] for row in (data.symbols, data.actions, data.outcomes)
    )
    length = data.lengths[episode]
    shown = length + (0 if data.ended[episode] else 1)
    for clones in itertools.product(range(CLONES), repeat=int(shown)):
        chance = model.first[symbols[0], clones[0]]
        for t in range(length):
            chance *= model.outcomes[actions[t], symbols[t], clones[t], outcomes[t]]
            if t + 1 < shown:
                block = model.transitions[actions[t], symbols[t], symbols[t + 1]]
                chance *= block[clones[t], clones[t + 1]]
        yield clones, chance


def enumerated(model: CloneModel, data):
    """Expected counts and log probabilities, path by path."""
    counts = [np.zeros_like(part) for part in model]
    log_probs = []
    for episode, length in enumerate(data.lengths):
        found = list(paths(model, data, episode))
        total = sum(chance for _, chance in found)
        log_probs.append(np.log(total))
        symbols, actions = data.symbols[episode], data.actions[episode]
        for clones, chance in found:
            counts[2][symbols[0], clones[0]] += chance / total
            for t in range(length):
                place = actions[t], symbols[t], clones[t], data.outcomes[episode, t]
                counts[1][place] += chance / total
                if t + 1 < len(clones):
                    place = actions[t], symbols[t], symbols[t + 1], clones[t], clones[t + 1]
                    counts[0][place] += chance / total
    return counts, np.array(log_probs)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_expected_counts_are_those_of_all_paths(seed):
    data = random_episodes(seed)
    model = random_model(data, seed)
    found = expected_counts(model, data)
    counts, log_probs = enumerated(model, data)
    for ours, theirs in zip(found[:3], counts):
        np.testing.assert_allclose(ours, theirs, atol=1e-9)
    np.testing.assert_allclose(found.log_probs, log_probs, atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_beliefs_are_those_of_all_paths_up_to_now(seed):
    data = random_episodes(seed, count=1)
    model = random_model(data, seed)
    found = filtered(model, data)
    clones, chances = zip(*paths(model, data, 0))
    # The last belief of an episode has seen it all.
    last = np.array(clones)[:, -1]
    expected = np.bincount(last, np.array(chances), minlength=CLONES)
    place = int(data.lengths[0])
    np.testing.assert_allclose(found.beliefs[0, place], expected / expected.sum(), atol=1e-9)


def log_posterior(model: CloneModel, data, prior: Prior) -> float:
    """What expectation maximisation climbs, up to a constant."""
    total = expected_counts(model, data).log_probs.sum()
    for part, counts in zip(model, prior):
        total += (counts[counts > 0] * np.log(part[counts > 0])).sum()
    return total


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_every_step_climbs(seed):
    data = random_episodes(seed, count=6, most_steps=5)
    prior = backoff(data, np.ones((data.num_symbols, CLONES), bool))
    model = random_model(data, seed)
    before = log_posterior(model, data, prior)
    for _ in range(5):
        model = improved(model, data, prior, 1)
        after = log_posterior(model, data, prior)
        assert after >= before - 1e-9
        before = after


def test_a_fitted_model_is_one_of_distributions_with_fewer_clones_where_they_are_not_used():
    data = random_episodes(3, count=3, most_steps=5)
    model = clone_model(data, 12, np.random.default_rng(0))
    np.testing.assert_allclose(model.first.sum(), 1)
    alive = model.first > 0
    assert alive.any(axis=1).all()
    assert not alive.all()
    sums = model.transitions.sum(axis=(2, 4))
    np.testing.assert_allclose(sums[:, alive], 1)
    assert (model.transitions.sum(axis=(0, 1, 3))[~alive] == 0).all()
    np.testing.assert_allclose(model.outcomes.sum(axis=-1), 1)
    again = clone_model(data, 12, np.random.default_rng(0))
    np.testing.assert_array_equal(model.transitions, again.transitions)
