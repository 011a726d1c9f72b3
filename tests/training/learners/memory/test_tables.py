"""Evidence against the closed form, and tables of what follows against plain counting."""

import numpy as np
from aifgym.training.learners.memory.evidence import (
    CONCENTRATION,
    chosen_parents,
    joint_codes,
    log_evidence,
)
from aifgym.training.learners.memory.features import (
    ACTION,
    NOW,
    all_features,
    at_start,
    carried,
    closed,
    values_of,
    window,
)
from aifgym.training.learners.memory.tables import table_log_probs, table_model
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_helpers import random_episodes


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=20), st.integers(4, 6))
def test_evidence_is_the_product_of_what_is_foretold_one_by_one(pairs, num_values):
    # Polya's urn: each target by the counts of those before it in the same context.
    expected, counts = 0.0, np.full((3, num_values), CONCENTRATION)
    for context, target in pairs:
        expected += np.log(counts[context, target] / counts[context].sum())
        counts[context, target] += 1
    contexts, targets = np.array(pairs, int).reshape(-1, 2).T
    np.testing.assert_allclose(log_evidence(contexts, targets, num_values), expected, atol=1e-8)


def test_what_decides_is_found_also_where_it_matters_only_with_the_action():
    rng = np.random.default_rng(0)
    values = rng.integers(3, size=(300, 8))
    values[:, -1] = rng.integers(2, size=300)
    assert chosen_parents(values, values[:, 2], 3) == (2,)
    assert chosen_parents(values, (values[:, 4] > 0) ^ values[:, -1], 2) == (4, 7)
    unrelated = rng.integers(4, size=300)
    assert chosen_parents(values, unrelated, 4) == ()
    assert chosen_parents(values, unrelated, 4, by_action=True) == (7,)
    assert chosen_parents(values, values[:, 2], 3, by_action=True) == (2, 7)


def test_codes_tell_all_combinations_apart():
    values = np.random.default_rng(1).integers(-1, 3, size=(200, 4))
    codes = joint_codes(values, (0, 2, 3))
    for code in np.unique(codes):
        assert len(np.unique(values[codes == code][:, [0, 2, 3]], axis=0)) == 1
    assert len(np.unique(codes)) == len(np.unique(values[:, [0, 2, 3]], axis=0))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_what_is_remembered_can_be_carried_along_step_by_step(seed):
    data = random_episodes(seed, count=4, most_steps=12, num_symbols=3)
    features = closed(set(all_features(3)))
    values = values_of(data, features)
    for episode, length in enumerate(data.lengths):
        known = at_start(features, int(data.symbols[episode, 0]))
        for t in range(length):
            np.testing.assert_array_equal(values[episode, t], known)
            after = int(data.symbols[episode, t + 1])
            known = carried(features, known, int(data.actions[episode, t]), after)


def test_windows_hold_what_was_seen_and_done():
    assert window(2) == (NOW, ("observation", 1), ACTION, ("action", 1))
    assert closed({("observation", 2), ACTION}) == (NOW, ("observation", 1), ("observation", 2))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_tables_foretell_distributions_and_nearly_what_was_seen_often(seed):
    data = random_episodes(seed, count=5, most_steps=6)
    model = table_model(data, (NOW, ACTION), window(2))
    known = {NOW: 0, ACTION: 1, ("observation", 1): 1, ("action", 1): 0}
    for table in model:
        chances = table.probabilities(known)
        np.testing.assert_allclose(chances.sum(), 1)
        assert (chances > 0).all()
    outcomes, observations = table_log_probs(model, data)
    total = 0.0
    for episode in range(len(data.lengths)):
        for t in np.flatnonzero(data.steps[episode]):
            features = (NOW, ACTION)
            values = values_of(data, features)[episode, t].tolist()
            chances = model.outcomes.probabilities(dict(zip(features, values)))
            total += np.log(chances[data.outcomes[episode, t]])
    np.testing.assert_allclose(outcomes.sum(), total)
    assert (observations <= 0).all()
