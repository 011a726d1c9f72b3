"""Summaries of results, and what the report says of them."""

import dataclasses

import numpy as np
import pytest
from aifgym.benchmarks.analysis import comparisons
from aifgym.benchmarks.analysis.statistics import Estimate
from aifgym.benchmarks.analysis.summaries import Study
from aifgym.benchmarks.report import tables
from aifgym.benchmarks.report.document import shown
from scipy import stats
from synthetic_results import failed, make_result, references, said, seeds_of, synthetic_results


@pytest.fixture(scope="module")
def synthetic() -> Study:
    return Study(synthetic_results())


def test_scores_are_normalised_per_scenario_and_kept_per_seed():
    study = Study(
        [*references(), *seeds_of("PPO", 4.0, 5.0), *seeds_of("PPO", 4.0, scenario="long")]
    )
    summary = study.at("centre", "PPO")
    assert summary.scores == (0.5, 0.75)
    assert summary.score.value == 0.625
    assert summary.mean_return.value == 4.5
    assert summary.interval_over == "seeds"
    assert study.at("centre", "random").interval_over == "episodes"
    assert study.at("long", "PPO").scores is None
    assert tables.per_seed(summary) == "0.500 0.750"


def test_no_score_where_random_is_not_below_exact_bayes():
    same = [dataclasses.replace(r, mean_return=2.0) for r in references()]
    assert Study([*same, *seeds_of("PPO", 4.0)]).at("centre", "PPO").score is None


def test_without_an_exact_reference_the_best_contender_has_score_one():
    trials = [references()[0], *seeds_of("PPO", 4.0, 6.0), *seeds_of("DQN", 3.0, budget=4_096)]
    study = Study(trials)
    assert study.without_exact == ["centre"]
    assert study.scale("centre") == (2.0, 5.0)
    assert study.at("centre", "PPO").score.value == 1.0
    assert study.at("centre", "DQN").score.value == pytest.approx(1 / 3)


def test_numbers_equal_numpys_on_a_synthetic_run(synthetic):
    study, results = synthetic, synthetic.results
    last = [
        r for r in results if (r.scenario, r.contender, r.budget) == ("noisy", "PPO tuned", 65_536)
    ]
    means = {r.contender: r.mean_return for r in results if r.scenario == "noisy" and not r.budget}
    scores = [
        (r.mean_return - means["random"]) / (means["exact Bayes"] - means["random"]) for r in last
    ]
    summary = study.at("noisy", "PPO tuned")
    np.testing.assert_allclose(summary.scores, scores)
    assert summary.score.value == pytest.approx(stats.trim_mean(scores, 0.25))
    assert summary.score.low < summary.score.value < summary.score.high


def test_order_is_that_of_scenarios_and_contenders_whatever_the_file_has(synthetic):
    results = synthetic.results
    mixed = [results[i] for i in np.random.default_rng(0).permutation(len(results))]
    mixed += [dataclasses.replace(results[0], contender="mine")]
    one, other = synthetic, Study(mixed)
    assert one.scenarios == other.scenarios
    assert [*one.contenders, "mine"] == other.contenders
    assert one.at("noisy", "PPO") == other.at("noisy", "PPO")


def test_steps_are_counted_after_the_change():
    trials = [
        make_result("goal_switch", "PPO", seed, 4.0, budget, rewarded_steps=16_384 + budget)
        for seed in (0, 1)
        for budget in (0, 1_024, 4_096)
    ]
    study = Study([*references("goal_switch"), *trials])
    assert [s.steps for s in study.curve("goal_switch", "PPO")] == [0, 1_024, 4_096]
    assert study.changes("goal_switch")
    assert not Study(seeds_of("PPO", 4.0)).changes("centre")


def test_a_failed_trial_is_shown_counted_and_scored_as_random():
    trials = seeds_of("PPO", 6.0, 6.0, 6.0)
    trials[1] = failed(trials[1], "RuntimeError: out of memory")
    study = Study([*references(), *trials])
    summary = study.at("centre", "PPO")
    assert summary.scores == (1.0, 0.0, 1.0)
    assert summary.num_failed == 1
    assert tables.per_seed(summary) == "1.000 failed 1.000"
    assert tables.seeds(summary) == "3 (1 failed)"
    rows = tables.failures(study).rows
    assert rows == [["centre", "PPO", "1", "failed: RuntimeError: out of memory"]]
    assert "1 trial (PPO in centre, seed 1)" in said(study)
    alone = Study([failed(trials[0])])
    assert tables.score(alone.at("centre", "PPO")) == "failed"


def test_improvements_pair_scenarios_that_both_ran_in(synthetic):
    study = synthetic
    found = comparisons.improvements(study, "aifgym")
    assert set(found["RecurrentPPO"].by_scenario) == {"noisy", "very_noisy"}
    x, y = (study.at("noisy", name).returns for name in ("aifgym", "RecurrentPPO"))
    u = stats.mannwhitneyu(x, y).statistic / (len(x) * len(y))
    assert found["RecurrentPPO"].by_scenario["noisy"].value == pytest.approx(u)


def test_the_aggregate_pools_the_scenarios_that_all_share(synthetic):
    study = synthetic
    scenarios, names = comparisons.common_scenarios(study)
    assert "RecurrentPPO" not in names
    assert {"aifgym", "PPO tuned", "exact Bayes"} <= set(names)
    pooled = np.concatenate([study.at(n, "PPO tuned").scores for n in scenarios])
    together, mean = comparisons.aggregate(study, scenarios, "PPO tuned")
    assert together.value == pytest.approx(stats.trim_mean(pooled, 0.25))
    by_scenario = [study.at(name, "PPO tuned").score.value for name in scenarios]
    assert mean.value == pytest.approx(np.mean(by_scenario))
    assert mean.low < mean.value < mean.high


def test_one_world_under_two_names_counts_once():
    assert comparisons.same_worlds(["centre", "noisy", "unknown_dynamics"]) == [
        ("centre", "unknown_dynamics")
    ]
    centre = [*seeds_of("aifgym learned", 4.0, 5.0), *seeds_of("PPO", 3.0, 4.5)]
    noisy = [dataclasses.replace(r, scenario="noisy", mean_return=5.0) for r in centre]
    again = [dataclasses.replace(r, scenario="unknown_dynamics") for r in centre]
    once, twice = Study([*centre, *noisy]), Study([*centre, *noisy, *again])
    expected = comparisons.improvements(once, "aifgym learned")["PPO"]
    found = comparisons.improvements(twice, "aifgym learned")["PPO"]
    assert found.estimate == expected.estimate
    assert found.by_scenario["unknown_dynamics"] == expected.by_scenario["centre"]
    assert "unknown_dynamics is the world of centre" in said(twice)


def test_differences_from_exact_bayes_are_paired_by_episode():
    hard_and_easy = np.array([0.0, 4.0, 8.0, 12.0])
    exact = make_result("centre", "exact Bayes", mean_return=6.0, budget=0,
                        episode_returns=hard_and_easy.tolist())  # fmt: skip
    ours = [make_result("centre", "aifgym", seed, 5.0, episode_returns=returns.tolist())
            for seed, returns in enumerate([hard_and_easy - 2, hard_and_easy])]  # fmt: skip
    study = Study([references()[0], exact, *ours])
    found = comparisons.minus_exact_bayes(study, study.at("centre", "aifgym"))
    # Two returns below with one seed and none with the other, of six less two, in all episodes.
    assert found == Estimate(-0.25, -0.5, 0.0)
    assert "Not told apart from exact Bayes, by episode: centre -0.250 [-0.500, 0.000]" in said(
        study
    )
    study = Study([references()[0], exact, failed(ours[0]), ours[1]])
    assert comparisons.minus_exact_bayes(study, study.at("centre", "aifgym")) is None


def test_scores_right_after_the_change_have_a_table_of_their_own():
    trials = [
        *seeds_of("aifgym", 5.0, 5.0, scenario="goal_switch", budget=0),
        *seeds_of("aifgym", 6.0, 6.0, scenario="goal_switch"),
        *seeds_of("PPO", 4.0, 4.0),
    ]
    study = Study([*references(), *references("goal_switch"), *trials])
    table = tables.right_after_the_change(study)
    assert table.header == ["contender", "goal_switch"]
    assert table.rows == [["aifgym", "0.750 [0.750, 0.750]"]]
    assert study.changing == ["goal_switch"]
    assert tables.right_after_the_change(Study([*references(), *seeds_of("PPO", 4.0)])) is None


def test_no_minus_before_zero():
    assert shown(Estimate(-0.0001, -0.2, 0.0)) == "0.000 [-0.200, 0.000]"
    assert shown(None) == "-"
