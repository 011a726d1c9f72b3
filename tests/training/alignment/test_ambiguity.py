"""Worlds whose symmetries are known are ambiguous, others are not."""

import numpy as np
import pytest
from aifgym.envs import LineWorld
from aifgym.training.alignment.align import align
from aifgym.training.alignment.assignment import assignment_score
from alignment_helpers import expected_counts, reflecting_B, shift_B, spread_B

SYMMETRIC = {
    "ring": shift_B(6, (-1, 0, 1), ring=True),
    "odd ring": shift_B(5, (0, 1), ring=True),
    "stay or jump anywhere": np.stack([0.9 * np.eye(5) + 0.02, np.full((5, 5), 0.2)], axis=-1),
    "reflected line": reflecting_B(5),
    "reflected line, even": reflecting_B(8),
    "long ring": shift_B(20, (-1, 0, 1), ring=True),
    # Three states in a row, then two equal branches of two: nothing moves but the branches.
    "two branches": spread_B([[1], [0, 2], [1, 3, 5], [2, 4], [3], [2, 6], [5]]),
}


@pytest.mark.parametrize("noisy", [False, True])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("world", SYMMETRIC)
def test_symmetry_is_ambiguous(world: str, seed: int, noisy: bool) -> None:
    rng, B = np.random.default_rng(seed), SYMMETRIC[world]
    truth = rng.permutation(len(B))
    counts = expected_counts(B, truth, rng=rng if noisy else None)
    result = align(counts, B, seed=seed)
    assert result.ambiguous
    assert (result.runner_up != result.state_of_index).any()
    assert result.score >= assignment_score(counts / counts.sum(), np.log(B), truth) - 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_symmetry_is_ambiguous_with_shared_states(seed: int) -> None:
    rng, B = np.random.default_rng(seed), reflecting_B(5)
    truth = rng.permutation([0, 1, 2, 3, 4, 0, 2, 2])
    assert align(expected_counts(B, truth, share=rng.uniform(0.2, 1.0, 8)), B).ambiguous


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("num_states", [2, 3, 5, 10])
def test_line_world_is_not_ambiguous(num_states: int, seed: int) -> None:
    rng, B = np.random.default_rng(seed), LineWorld(num_states=num_states).transition_matrix
    truth = rng.permutation(num_states)
    result = align(expected_counts(B, truth, rng=rng), B)
    assert (result.state_of_index == truth).all()
    assert not result.ambiguous


@pytest.mark.parametrize("num_states", [20, 50])
@pytest.mark.parametrize("seed", range(3))
def test_many_states(num_states: int, seed: int) -> None:
    B, truth = (
        LineWorld(num_states=num_states).transition_matrix,
        np.random.default_rng(seed).permutation(num_states),
    )
    result = align(expected_counts(B, truth), B, num_restarts=2)
    assert (result.state_of_index == truth).all()
    assert not result.ambiguous
