import numpy as np
import pytest
from aifgym.agents.planning.policy_iteration import plan
from aifgym.training.learners.world_model.counts import Counts, Growing
from aifgym.training.learners.world_model.exploration import (
    DISCOUNT,
    EXPLORING_DISCOUNT,
    Explorer,
    exploiting_rewards,
    information_gain,
    usual_outcomes,
)
from scipy.special import digamma


def chain(tries: int = 3) -> Counts:
    """0 - 1 - 2, actions left and right; right of 2 ends with reward 1; all tried so often."""
    counts = Counts(2)
    for place in range(3):
        counts.state((place,))
    for _ in range(tries):
        for place in range(3):
            counts.add(place, 0, 0.0, max(place - 1, 0), False)
            ends = place == 2
            counts.add(place, 1, float(ends), min(place + 1, 2), ends)
    return counts


def exploiting_plan(counts: Counts):
    return plan(counts.probabilities()[0] * DISCOUNT, exploiting_rewards(counts))


def test_rows_grow_and_keep_what_they_hold():
    rows = Growing(3, fill=2.0)
    rows.row(1)[0] = 7.0
    assert rows.row(500).tolist() == [2.0, 2.0, 2.0]
    assert rows.row(1)[0] == 7.0
    assert Growing(2, fill=1).row(0).dtype == float


def test_counts_are_probabilities_and_the_end_is_no_state():
    counts = chain()
    probabilities, outcomes = counts.probabilities()
    dense = probabilities.toarray().reshape(3, 2, 3)
    np.testing.assert_array_equal(dense[:, 0], np.eye(3)[[0, 0, 1]])
    np.testing.assert_array_equal(dense[:, 1], [[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    assert (outcomes == 1).all()
    assert counts.tried.tolist() == [[3, 3]] * 3
    assert counts.of_pair(2, 1) == (3.0, 1.0, {-1: 3})


def test_the_plan_for_rewards_walks_to_the_end_and_avoids_what_is_unknown():
    counts = chain()
    assert exploiting_plan(counts).policy.tolist() == [1, 1, 1]
    counts.add(2, 0, -1.0, 1, False)
    fresh = counts.state((9,))
    counts.add(0, 0, 0.0, fresh, False)
    found = exploiting_plan(counts)
    assert found.policy[0] == 1
    assert found.value[fresh] < -500


@pytest.mark.parametrize(("outcomes", "tries"), [(2, 40), (3, 90)])
def test_information_gain_is_that_of_a_dirichlet_in_the_limit(outcomes, tries):
    """Mutual information of the next outcome and the parameters, for equal counts."""
    alpha = np.full(outcomes, tries / outcomes)
    total, mean = alpha.sum(), alpha / alpha.sum()
    entropy = -(mean * np.log(mean)).sum()
    expected = entropy + (mean * (digamma(alpha + 1) - digamma(total + 1))).sum()
    rest = information_gain(tries, outcomes) - (outcomes - 1) / (2 * tries)
    assert (outcomes - 1) / (2 * tries) == pytest.approx(expected, rel=0.05)
    assert 0 < rest < 0.1 / tries


def test_whoever_was_tried_once_is_judged_by_the_others():
    tried = np.array([[1, 5], [4, 0]])
    assert usual_outcomes(tried, np.array([[1, 3], [3, 0]])) == pytest.approx(8 / 3)
    assert usual_outcomes(tried * 0, tried * 0) == 2


def test_what_was_just_tried_is_backed_up_at_once():
    counts = chain()
    explorer = Explorer(counts, 0.3)
    explorer.replan()
    before = explorer.neg_efe(1).copy()
    fresh = counts.state((7,))
    counts.add(1, 1, 0.0, fresh, False)
    explorer.back_up(1, 1)
    after = explorer.neg_efe(1)
    assert after[0] == before[0]
    ahead = (3 * explorer.neg_efe(2).max() + explorer.neg_efe(fresh).max()) / 4
    gain = 0.3 * information_gain(4, 2)
    assert after[1] == pytest.approx(gain + EXPLORING_DISCOUNT * ahead)
    assert explorer.neg_efe(fresh).tolist() == [1.0, 1.0]  # untried: the largest reward
