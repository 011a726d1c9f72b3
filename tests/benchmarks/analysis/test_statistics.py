import itertools

import numpy as np
import pytest
from aifgym.benchmarks.analysis import statistics
from aifgym.benchmarks.analysis.statistics import Estimate
from scipy import stats


def test_the_interquartile_mean_equals_the_mean_of_the_sorted_middle():
    sample = np.random.default_rng(0).normal(size=12)
    assert statistics.interquartile_mean(sample) == pytest.approx(np.sort(sample)[3:9].mean())
    few = [1.0, 2.0, 30.0]
    assert statistics.interquartile_estimate([few]).value == pytest.approx(np.mean(few))


def test_the_bootstrap_interval_equals_that_of_every_possible_resample():
    sample = np.array([0.0, 1.0, 3.0, 10.0])
    resamples = np.array(list(itertools.product(sample, repeat=4)))
    low, high = np.quantile(np.sort(resamples)[:, 1:3].mean(axis=1), (0.025, 0.975))
    estimate = statistics.interquartile_estimate([sample])
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=0.3)
    assert estimate == statistics.interquartile_estimate([sample])


def test_strata_are_resampled_within_themselves():
    """Scipy's bootstrap of two samples draws from each apart, too."""
    rng = np.random.default_rng(0)
    strata = rng.normal(0, 1, size=9), rng.normal(5, 0.1, size=6)

    def pooled(a, b, axis):
        return stats.trim_mean(np.concatenate([a, b], axis=axis), 0.25, axis=axis)

    expected = stats.bootstrap(
        strata, pooled, method="percentile", n_resamples=5_000, rng=np.random.default_rng(1)
    ).confidence_interval
    estimate = statistics.interquartile_estimate(strata)
    assert estimate.value == pytest.approx(pooled(*strata, axis=-1))
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high), abs=0.06)


@pytest.mark.parametrize(("num_seeds", "rate"), [(3, 0.75), (5, 0.90), (10, 0.94)])
def test_intervals_cover_the_truth_as_often_as_the_report_says(num_seeds, rate, monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 500)
    rng, trials = np.random.default_rng(0), 600
    estimates = [
        statistics.interquartile_estimate([rng.normal(size=num_seeds)]) for _ in range(trials)
    ]
    covered = sum(estimate.low <= 0 <= estimate.high for estimate in estimates)
    assert covered / trials == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / trials))


def test_a_single_value_is_its_own_interval():
    assert statistics.interquartile_estimate([[2.0]]) == Estimate(2.0, 2.0, 2.0)
    assert statistics.mean_estimate([3.0]) == Estimate(3.0, 3.0, 3.0)


def test_the_probability_of_improvement_equals_mann_whitneys_u():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 6, size=10), rng.integers(0, 5, size=7)
    u = stats.mannwhitneyu(x, y).statistic
    assert statistics.probability_of_improvement([(x, y)]).value == pytest.approx(u / 70)


def test_the_probability_of_improvement_is_averaged_over_scenarios():
    always, never, tied = ([2, 2], [1, 1]), ([0, 0], [1, 1]), ([1, 1], [1, 1])
    estimate = statistics.probability_of_improvement([always, never, tied, always])
    assert estimate == Estimate(0.625, 0.625, 0.625)


def test_intervals_of_the_probability_of_improvement_cover_it(monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 300)
    rng, covered = np.random.default_rng(0), 0
    truth = stats.norm.cdf(0.8 / np.sqrt(2))
    for _ in range(300):
        pairs = [(rng.normal(0.8, size=10), rng.normal(size=10)) for _ in range(2)]
        estimate = statistics.probability_of_improvement(pairs)
        covered += estimate.low <= truth <= estimate.high
    assert 0.88 < covered / 300 < 0.99


def test_scores_are_linear_between_the_references():
    assert statistics.normalised_score(4.0, 2.0, 6.0) == 0.5
    assert statistics.normalised_score(1.0, 2.0, 2.0) is None
    scaled = Estimate(4.0, 3.0, 7.0).scaled(2.0, 6.0)
    assert scaled == Estimate(0.5, 0.25, 1.25)


def test_intervals_overlap_where_they_share_a_point():
    one = Estimate(1, 0, 2)
    assert one.overlaps(Estimate(3, 2, 4))
    assert not one.overlaps(Estimate(3, 2.1, 4))
    assert Estimate(3, 2.1, 4).overlaps(Estimate(0, -1, 9))


def test_paired_differences_leave_out_what_is_hard_for_both():
    rng = np.random.default_rng(0)
    hard, noise = rng.normal(0, 10, 400), rng.normal(1, 1, 400)
    found = statistics.paired_difference([hard + noise], [hard])
    assert found.value == pytest.approx(noise.mean())
    error = 1.96 * noise.std() / np.sqrt(400)
    assert found.high - found.low == pytest.approx(2 * error, rel=0.1)
    # Seeds that differ widen it, as their standard error says.
    x = [hard + noise + seed for seed in rng.normal(0, 1, 10)]
    found = statistics.paired_difference(x, [hard])
    error = 1.96 * np.hypot(np.std([y.mean() for y in x]) / np.sqrt(10), noise.std() / np.sqrt(400))
    assert found.high - found.low == pytest.approx(2 * error, rel=0.1)
