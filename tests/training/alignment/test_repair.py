"""The repair of alignments, against brute force and against breaks that are put in on purpose."""

import itertools

import numpy as np
import pytest
from aifgym.envs import LineWorld
from aifgym.training.alignment.align import align
from aifgym.training.alignment.assignment import assignment_score, index_usage
from aifgym.training.alignment.emissions import (
    Emissions,
    fit_emissions,
    hard_emissions,
    most_probable_states,
)
from aifgym.training.alignment.repair import repair, shifts

NUM_PAIRS = 20_000


def _line_with_flaws(num_states: int, shared: int, split: int):
    """Pairs of outcomes where states `shared` and the next share an index, and `split` has two.

    Returns:
        B, the pairs, the owner of each index, and an assignment that is one off between the two
        flaws. The last index is hardly used.
    """
    B = LineWorld(num_states=num_states).transition_matrix
    owner = np.sort([*np.delete(np.arange(num_states), shared + 1), split])
    emissions = np.full((num_states + 1, num_states), 0.1 / num_states)
    emissions[np.arange(num_states), owner] += np.where(owner == split, 0.45, 0.9)
    emissions[owner.tolist().index(shared), shared + 1] += 0.9
    emissions /= emissions.sum(0)
    pairs = np.einsum("pj,jiu,oi->pou", emissions, B, emissions) / (3 * num_states) * NUM_PAIRS
    one_off = np.append(np.arange(num_states), num_states - 1)
    return B, pairs, np.append(owner, shared + 1), one_off


def _log_likelihood(pairs, B, emissions, usage) -> float:
    """By the sum over all pairs of states."""
    pairs, total = pairs / pairs.sum(), 0.0
    for following, current, action in np.ndindex(pairs.shape):
        probability = sum(
            emissions[following, j] * B[j, i, action] * usage[i] * emissions[current, i]
            for j, i in itertools.product(range(len(B)), repeat=2)
        )
        total += pairs[following, current, action] * np.log(probability * pairs[..., action].sum())
    return total


def test_the_fit_reports_the_likelihood_and_improves_it():
    rng = np.random.default_rng(0)
    B = LineWorld(num_states=3).transition_matrix
    pairs = rng.integers(1, 20, size=(4, 4, 3)).astype(float)
    start = rng.dirichlet(np.ones(4), size=3).T
    uniform = np.full(3, 1 / 3)
    fitted = [fit_emissions(pairs, B, start, steps) for steps in (1, 2, 5, 40)]
    likelihoods = [one.log_likelihood for one in fitted]
    assert likelihoods[0] == pytest.approx(_log_likelihood(pairs, B, start, uniform), abs=1e-5)
    after_one = _log_likelihood(pairs, B, fitted[0].probs, fitted[0].usage)
    assert likelihoods[1] == pytest.approx(after_one, abs=1e-5)
    assert likelihoods == sorted(likelihoods)
    np.testing.assert_allclose(fitted[-1].probs.sum(0), 1, atol=1e-5)


def test_the_fit_finds_the_emissions_that_made_the_pairs():
    rng, B = np.random.default_rng(1), LineWorld(num_states=5).transition_matrix
    truth = 0.8 * np.eye(7, 5) + 0.2 * rng.dirichlet(np.ones(7), size=5).T
    pairs = np.einsum("pj,jiu,oi->pou", truth, B, truth)
    states = np.array([0, 1, 2, 3, 4, 2, 2])
    fitted = fit_emissions(pairs, B, hard_emissions(index_usage(pairs), states, 5), 500)
    np.testing.assert_allclose(fitted.probs, truth, atol=0.02)


def test_gains_of_shifts_equal_differences_of_scores():
    rng = np.random.default_rng(0)
    num_states = 5
    log_B = np.log(np.moveaxis(rng.dirichlet(np.ones(5), size=(5, 2)), -1, 0))
    flow = rng.dirichlet(np.ones(50)).reshape(5, 5, 2)
    gains, moves = shifts(flow, log_B)
    assert len(moves) > 10

    def score(move):
        return float((flow * log_B[move[:, None], move[None, :]]).sum())

    still = score(np.arange(num_states))
    assert still == pytest.approx(assignment_score(flow, log_B, np.arange(num_states)))
    np.testing.assert_allclose(gains, [score(move) - still for move in moves], atol=1e-12)


def test_all_stretches_of_a_line_can_move_both_ways():
    B = LineWorld(num_states=6).transition_matrix
    moves = {tuple(move) for move in shifts(np.ones((6, 6, 3)), np.log(B))[1]}
    states = np.arange(6)
    for first, last in itertools.combinations(range(6), 2):
        stretch = (states >= first) & (states <= last)
        assert last == 5 or tuple(np.where(stretch, states + 1, states)) in moves
        assert first == 0 or tuple(np.where(stretch, states - 1, states)) in moves


def test_where_no_action_leads_anywhere_nothing_moves():
    still = np.stack([0.9 * np.eye(4) + 0.025] * 2, axis=-1)
    assert shifts(np.ones((4, 4, 2)), np.log(still))[1].shape == (0, 4)


@pytest.mark.parametrize(("shared", "split"), [(3, 15), (14, 5), (1, 18)])
def test_a_stretch_that_is_one_off_is_put_back(shared, split):
    B, pairs, owner, one_off = _line_with_flaws(20, shared, split)
    proposed = align(pairs, B)._replace(state_of_index=one_off, runner_up=one_off)
    repaired = repair(proposed, pairs, pairs, B)
    # The index that two states share may be given to either.
    owner[owner == shared + 1] = shared
    found = np.where(repaired.state_of_index == shared + 1, shared, repaired.state_of_index)
    usage = index_usage(pairs / pairs.sum())
    assert usage[one_off == owner].sum() < 0.6
    assert usage[found == owner].sum() > 0.95
    assert not repaired.ambiguous


def test_an_alignment_that_is_right_stays():
    rng, B = np.random.default_rng(0), LineWorld(num_states=8).transition_matrix
    truth = rng.permutation([*range(8), 2, 5, 5])
    emissions = np.eye(8)[truth] * rng.uniform(0.3, 1, size=(11, 1))
    emissions /= emissions.sum(0)
    pairs = np.einsum("pj,jiu,oi->pou", emissions, B, emissions) / 24 * NUM_PAIRS
    repaired = repair(align(pairs, B), pairs, pairs, B)
    assert (repaired.state_of_index == truth).all()
    assert not repaired.ambiguous


def test_a_symmetry_stays_ambiguous():
    states = np.arange(6)
    ring = np.full((6, 6, 2), 0.1 / 6)
    for action, shift in enumerate((0, 1)):
        ring[(states + shift) % 6, states, action] += 0.9
    emissions = np.zeros((8, 6))
    emissions[np.arange(8), [0, 1, 2, 3, 4, 5, 1, 4]] = 1
    emissions /= emissions.sum(0)
    pairs = np.einsum("pj,jiu,oi->pou", emissions, ring, emissions) / 12 * NUM_PAIRS
    assert repair(align(pairs, ring), pairs, pairs, ring).ambiguous


def test_every_state_gets_an_index():
    probs = np.array([[0.9, 0.8, 0.1], [0.05, 0.1, 0.9], [0.05, 0.1, 0.0]])
    states = most_probable_states(Emissions(probs, np.full(3, 1 / 3), 0.0))
    assert sorted(states) == [0, 1, 2]
    assert states[1] == 2
