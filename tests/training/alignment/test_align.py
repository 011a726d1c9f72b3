"""The alignment against brute force, and against worlds whose symmetries are known."""

import itertools

import numpy as np
import pytest
from aifgym.envs import LineWorld
from aifgym.training.alignment import explanations as candidates
from aifgym.training.alignment.align import SMALLEST_TRANSITION, Alignment, align
from aifgym.training.alignment.assignment import assignment_score, exchange, exchange_gains

NUM_TRANSITIONS = 3200


def _random_B(rng: np.random.Generator, num_states: int, num_actions: int = 3) -> np.ndarray:
    return np.moveaxis(rng.dirichlet(np.ones(num_states), size=(num_states, num_actions)), -1, 0)


def _shift_B(num_states: int, shifts: tuple[int, ...], *, ring: bool) -> np.ndarray:
    """Each action moves by its shift, with noise 0.1; at the ends of a line it stays."""
    states = np.arange(num_states)
    B = np.full((num_states, num_states, len(shifts)), 0.1 / num_states)
    for action, shift in enumerate(shifts):
        to = (states + shift) % num_states if ring else np.clip(states + shift, 0, num_states - 1)
        B[to, states, action] += 0.9
    return B


def _spread_B(neighbours: list[list[int]]) -> np.ndarray:
    """Two actions: stay, and go to a random neighbour; both with noise 0.1."""
    num_states = len(neighbours)
    B = np.full((num_states, num_states, 2), 0.1 / num_states)
    for state, others in enumerate(neighbours):
        B[state, state, 0] += 0.9
        B[others, state, 1] += 0.9 / len(others)
    return B


def _reflecting_B(num_states: int) -> np.ndarray:
    path = [[max(s - 1, 0), min(s + 1, num_states - 1)] for s in range(num_states)]
    return _spread_B([sorted(set(others)) for others in path])


def _counts(
    B: np.ndarray,
    state_of_index: np.ndarray,
    share: np.ndarray | None = None,
    rng: np.random.Generator | None = None,
    num_transitions: int = NUM_TRANSITIONS,
) -> np.ndarray:
    """Transitions of a model whose index ``i`` is a share of state ``state_of_index[i]``."""
    share = np.ones(len(state_of_index)) if share is None else share
    share = share / np.bincount(state_of_index, share)[state_of_index]
    counts = B[state_of_index[:, None], state_of_index] * share[:, None, None] * share[:, None]
    counts = counts / counts.sum() * num_transitions
    return counts if rng is None else rng.poisson(counts).astype(float)


def _brute_force(counts: np.ndarray, B: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """The best permutation and all scores, best first; no code shared with the search."""
    counts, log_B = counts / counts.sum(), np.log(np.maximum(B, SMALLEST_TRANSITION))
    permutations = [np.array(p) for p in itertools.permutations(range(len(B)))]
    scores = [float((counts * log_B[p][:, p]).sum()) for p in permutations]
    order = np.argsort(scores)[::-1]
    return permutations[order[0]], [scores[i] for i in order]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("world", ["random", "line", "unrelated"])
def test_align_equals_brute_force(world: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    B = LineWorld(num_states=5).transition_matrix if world == "line" else _random_B(rng, 5)
    source = _random_B(rng, 5) if world == "unrelated" else B
    counts = _counts(source, rng.permutation(5), rng=rng, num_transitions=1000)
    result = align(counts, B)
    best, scores = _brute_force(counts, B)
    assert (result.state_of_index == best).all()
    assert result.score == pytest.approx(scores[0])
    assert result.runner_up_score == pytest.approx(scores[1])
    assert result.ambiguous == (scores[0] - scores[1] < 0.01)


@pytest.mark.parametrize("seed", range(5))
def test_annealed_searches_equal_brute_force(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What more states than `MAX_EXHAUSTIVE` get, where all permutations can still be counted."""
    monkeypatch.setattr(candidates, "MAX_EXHAUSTIVE", 0)
    rng = np.random.default_rng(seed)
    B = _random_B(rng, 5)
    counts = _counts(B, rng.permutation(5), rng=rng, num_transitions=1000)
    result = align(counts, B)
    best, scores = _brute_force(counts, B)
    assert (result.state_of_index == best).all()
    assert result.runner_up_score <= scores[1] + 1e-9
    assert result.ambiguous == (scores[0] - scores[1] < 0.01)


def test_exchange_gains_equal_differences_of_scores() -> None:
    rng = np.random.default_rng(0)
    log_B = np.log(_random_B(rng, 4))
    counts = rng.dirichlet(np.ones(6 * 6 * 3)).reshape(6, 6, 3)
    assignment = np.array([0, 1, 1, 2, 3, 0])
    gains = exchange_gains(counts, log_B, assignment)
    score = assignment_score(counts, log_B, assignment)
    for pair in itertools.product(range(4), repeat=2):
        exchanged = assignment_score(counts, log_B, exchange(assignment, *pair))
        assert gains[pair] == pytest.approx(exchanged - score, abs=1e-12)


def test_exact_counts_reach_the_reference_score() -> None:
    B, truth = LineWorld(num_states=5).transition_matrix, np.array([3, 0, 4, 2, 1])
    result = align(_counts(B, truth), B)
    assert (result.state_of_index == truth).all()
    assert result.score == pytest.approx(result.reference_score)


@pytest.mark.parametrize("seed", range(10))
def test_indices_that_share_a_state(seed: int) -> None:
    rng = np.random.default_rng(seed)
    B = LineWorld(num_states=5).transition_matrix
    truth = rng.permutation([0, 1, 2, 3, 4, 0, 2, 2])
    counts = _counts(B, truth, share=rng.uniform(0.2, 1.0, 8), rng=rng)
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
    result = align(_counts(B, truth, share, rng), B)
    assert (result.state_of_index == truth)[share > 0].all()
    assert not result.ambiguous


def test_an_unused_index_and_an_unvisited_state() -> None:
    B, truth = LineWorld(num_states=5).transition_matrix, np.array([1, 4, 0, 3, 2])
    counts = _counts(B, truth)
    counts[1] = counts[:, 1] = 0.0
    result = align(counts, B)
    assert (result.state_of_index == truth).all()
    assert not result.ambiguous


SYMMETRIC = {
    "ring": _shift_B(6, (-1, 0, 1), ring=True),
    "odd ring": _shift_B(5, (0, 1), ring=True),
    "stay or jump anywhere": np.stack([0.9 * np.eye(5) + 0.02, np.full((5, 5), 0.2)], axis=-1),
    "reflected line": _reflecting_B(5),
    "reflected line, even": _reflecting_B(8),
    "long ring": _shift_B(20, (-1, 0, 1), ring=True),
    # Three states in a row, then two equal branches of two: nothing moves but the branches.
    "two branches": _spread_B([[1], [0, 2], [1, 3, 5], [2, 4], [3], [2, 6], [5]]),
}


@pytest.mark.parametrize("noisy", [False, True])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("world", SYMMETRIC)
def test_symmetry_is_ambiguous(world: str, seed: int, noisy: bool) -> None:
    rng, B = np.random.default_rng(seed), SYMMETRIC[world]
    truth = rng.permutation(len(B))
    counts = _counts(B, truth, rng=rng if noisy else None)
    result = align(counts, B, seed=seed)
    assert result.ambiguous
    assert (result.runner_up != result.state_of_index).any()
    assert result.score >= assignment_score(counts / counts.sum(), np.log(B), truth) - 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_symmetry_is_ambiguous_with_shared_states(seed: int) -> None:
    rng, B = np.random.default_rng(seed), _reflecting_B(5)
    truth = rng.permutation([0, 1, 2, 3, 4, 0, 2, 2])
    assert align(_counts(B, truth, share=rng.uniform(0.2, 1.0, 8)), B).ambiguous


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("num_states", [2, 3, 5, 10])
def test_line_world_is_not_ambiguous(num_states: int, seed: int) -> None:
    rng, B = np.random.default_rng(seed), LineWorld(num_states=num_states).transition_matrix
    truth = rng.permutation(num_states)
    result = align(_counts(B, truth, rng=rng), B)
    assert (result.state_of_index == truth).all()
    assert not result.ambiguous


@pytest.mark.parametrize("num_states", [20, 50])
@pytest.mark.parametrize("seed", range(3))
def test_many_states(num_states: int, seed: int) -> None:
    B, truth = (
        LineWorld(num_states=num_states).transition_matrix,
        np.random.default_rng(seed).permutation(num_states),
    )
    result = align(_counts(B, truth), B, num_restarts=2)
    assert (result.state_of_index == truth).all()
    assert not result.ambiguous


def test_one_state() -> None:
    result = align(np.ones((1, 1, 2)), np.ones((1, 1, 2)))
    assert result.state_of_index.tolist() == [0]
    assert not result.ambiguous


def test_same_seed_same_result() -> None:
    rng = np.random.default_rng(0)
    B = _random_B(rng, 6)
    counts = _counts(B, rng.permutation(6), rng=rng)
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
