import itertools

import numpy as np
from aifgym.benchmarks.analysis import metrics
from hypothesis import given
from hypothesis import strategies as st


@given(seed=st.integers(0, 2**32 - 1), num_states=st.integers(2, 5))
def test_best_alignment_equals_trying_all_permutations(seed, num_states):
    rng = np.random.default_rng(seed)
    true = rng.integers(num_states, size=40)
    predicted = rng.permutation(num_states)[true]
    predicted[:15] = rng.integers(num_states, size=15)
    accuracy, relabelling = metrics.best_alignment(true, predicted, num_states)
    all_accuracies = [
        np.mean(np.array(permutation)[predicted] == true)
        for permutation in itertools.permutations(range(num_states))
    ]
    assert accuracy == max(all_accuracies)
    assert np.mean(relabelling[predicted] == true) == accuracy
    assert sorted(relabelling) == list(range(num_states))


def test_confusion_matrix_rows_are_true_states():
    matrix = metrics.confusion_matrix(np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), 3)
    np.testing.assert_allclose(matrix, [[1 / 3, 2 / 3, 0], [0, 1, 0], [0, 0, 0]])


def test_accuracy_takes_labels_as_they_come():
    assert metrics.accuracy(np.array([[0, 1], [2, 2]]), np.array([[0, 1], [1, 2]])) == 0.75
