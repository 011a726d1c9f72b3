"""The alignment against brute force."""

import itertools

import numpy as np
import pytest
from aifgym.envs import LineWorld
from aifgym.training.alignment import explanations as candidates
from aifgym.training.alignment.align import Alignment, align
from aifgym.training.alignment.assignment import assignment_score, exchange, exchange_gains
from alignment_helpers import (
    brute_force,
    expected_counts,
    random_B,
)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("world", ["random", "line", "unrelated"])
def test_align_equals_brute_force(world: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    B = LineWorld(num_states=5).transition_matrix if world == "line" else random_B(rng, 5)
    source = random_B(rng, 5) if world == "unrelated" else B
    counts = expected_counts(source, rng.permutation(5), rng=rng, num_transitions=1000)
    result = align(counts, B)
    best, scores = brute_force(counts, B)
    assert (result.state_of_index == best).all()
    assert result.score == pytest.approx(scores[0])
    assert result.runner_up_score == pytest.approx(scores[1])
    assert result.ambiguous == (scores[0] - scores[1] < 0.01)


@pytest.mark.parametrize("seed", range(5))
def test_annealed_searches_equal_brute_force(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What more states than `MAX_EXHAUSTIVE` get, where all permutations can still be counted."""
    monkeypatch.setattr(candidates, "MAX_EXHAUSTIVE", 0)
    rng = np.random.default_rng(seed)
    B = random_B(rng, 5)
    counts = expected_counts(B, rng.permutation(5), rng=rng, num_transitions=1000)
    result = align(counts, B)
    best, scores = brute_force(counts, B)
    assert (result.state_of_index == best).all()
    assert result.runner_up_score <= scores[1] + 1e-9
    assert result.ambiguous == (scores[0] - scores[1] < 0.01)


def test_exchange_gains_equal_differences_of_scores() -> None:
    rng = np.random.default_rng(0)
    log_B = np.log(random_B(rng, 4))
    counts = rng.dirichlet(np.ones(6 * 6 * 3)).reshape(6, 6, 3)
    assignment = np.array([0, 1, 1, 2, 3, 0])
    gains = exchange_gains(counts, log_B, assignment)
    score = assignment_score(counts, log_B, assignment)
    for pair in itertools.product(range(4), repeat=2):
        exchanged = assignment_score(counts, log_B, exchange(assignment, *pair))
        assert gains[pair] == pytest.approx(exchanged - score, abs=1e-12)


def test_exact_counts_reach_the_reference_score() -> None:
    B, truth = LineWorld(num_states=5).transition_matrix, np.array([3, 0, 4, 2, 1])
    result = align(expected_counts(B, truth), B)
    assert (result.state_of_index == truth).all()
    assert result.score == pytest.approx(result.reference_score)


@pytest.mark.parametrize("seed", range(10))
def test_indices_that_share_a_state(seed: int) -> None:
    rng = np.random.default_rng(seed)
    B = LineWorld(num_states=5).transition_matrix
    truth = rng.permutation([0, 1, 2, 3, 4, 0, 2, 2])
    counts = expected_counts(B, truth, share=rng.uniform(0.2, 1.0, 8), rng=rng)
    result = align(counts, B)
    assert (result.state_of_index == truth).all()
    assert not result.ambiguous
    assert abs(result.score - result.reference_score) < 0.1


@pytest.mark.parametrize("seed", range(5))
def test_an_index_without_use(seed: int) -> None:
    rng = np.random.default_rng(seed)
    B, truth = LineWorld(num_states=5).transition_matrix, rng.permutation([0, 1, 2, 3, 4, 0, 2, 2])
    share = rng.uniform(0.2, 1.0, 8)
    share[np.flatnonzero(truth == 2)[0]] = 0.0
    result = align(expected_counts(B, truth, share, rng), B)
    assert (result.state_of_index == truth)[share > 0].all()
    assert not result.ambiguous


def test_an_unused_index_and_an_unvisited_state() -> None:
    B, truth = LineWorld(num_states=5).transition_matrix, np.array([1, 4, 0, 3, 2])
    counts = expected_counts(B, truth)
    counts[1] = counts[:, 1] = 0.0
    result = align(counts, B)
    assert (result.state_of_index == truth).all()
    assert not result.ambiguous


def test_one_state() -> None:
    result = align(np.ones((1, 1, 2)), np.ones((1, 1, 2)))
    assert result.state_of_index.tolist() == [0]
    assert not result.ambiguous


def test_same_seed_same_result() -> None:
    rng = np.random.default_rng(0)
    B = random_B(rng, 6)
    counts = expected_counts(B, rng.permutation(6), rng=rng)
    first, second = align(counts, B, seed=3), align(counts.astype(np.float32), B, seed=3)
    assert isinstance(first, Alignment)
    assert (first.state_of_index == second.state_of_index).all()


COUNTS, REFERENCE = np.ones((5, 5, 3)), LineWorld(num_states=5).transition_matrix


@pytest.mark.parametrize(
    ("counts", "B", "name"),
    [
        (COUNTS - 2, REFERENCE, "transition_counts"),
        (np.full((5, 5, 3), np.nan), REFERENCE, "transition_counts"),
        (np.full((5, 5, 3), np.inf), REFERENCE, "transition_counts"),
        (np.zeros((5, 5, 3)), REFERENCE, "transition_counts"),
        (np.ones((5, 5)), REFERENCE, "transition_counts"),
        (np.ones((5, 4, 3)), REFERENCE, "transition_counts"),
        (np.ones((5, 5, 2)), REFERENCE, "transition_counts"),
        (np.ones((4, 4, 3)), REFERENCE, "transition_counts"),
        (COUNTS, REFERENCE[..., 0], "B"),
        (COUNTS, REFERENCE * np.nan, "B"),
        (COUNTS, REFERENCE - 1, "B"),
        (COUNTS, REFERENCE * 2, "B"),
        (COUNTS, REFERENCE.transpose(1, 0, 2), "B"),
    ],
)
def test_bad_arrays_are_named(counts: np.ndarray, B: np.ndarray, name: str) -> None:
    with pytest.raises(ValueError, match=rf"\b{name}\b"):
        align(counts, B)


@pytest.mark.parametrize(("option", "value"), [("num_restarts", 0), ("tolerance", -1.0)])
def test_bad_options_are_named(option: str, value: float) -> None:
    with pytest.raises(ValueError, match=option):
        align(COUNTS, REFERENCE, **{option: value})
