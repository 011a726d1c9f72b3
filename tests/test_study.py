"""Summaries of results, and what the report says of them."""

import dataclasses

import numpy as np
import pytest
from aifgym.benchmarks import comparisons, honesty, tables
from aifgym.benchmarks.document import Bullets, shown
from aifgym.benchmarks.statistics import Estimate
from aifgym.benchmarks.study import Study
from scipy import stats
from synthetic_results import failed, make_result, synthetic_results


def references(scenario="centre"):
    return [
        make_result(scenario, "random", mean_return=2.0, budget=0),
        make_result(scenario, "exact Bayes", mean_return=6.0, budget=0),
    ]


def seeds_of(contender, *means, scenario="centre", **kwargs):
    return [make_result(scenario, contender, i, mean, **kwargs) for i, mean in enumerate(means)]


@pytest.fixture(scope="module")
def synthetic() -> Study:
    return Study(synthetic_results())


def said(study: Study) -> str:
    blocks = honesty.section(study).blocks
    return "\n".join(i for b in blocks if isinstance(b, Bullets) for i in b.items)


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
    value = comparisons.aggregate(study, scenarios, "PPO tuned").value
    assert value == pytest.approx(stats.trim_mean(pooled, 0.25))


def test_honesty_names_who_is_better_who_is_as_good_and_what_was_given():
    ours = seeds_of("aifgym", 5.0, 5.1, 5.2, given="transition matrix B, target state")
    better = seeds_of("PPO tuned", 5.8, 5.9, 5.9, given="rewards; no memory")
    as_good = seeds_of("PPO", 5.0, 5.05, 5.3, given="rewards, target state")
    study = Study([*references(), *ours, *better, *as_good])
    text = said(study)
    assert "centre: better than ours" in text
    assert "interval above it: PPO tuned 0.96" in text
    assert "overlaps it: PPO 0.7" in text
    assert "not to PPO: transition matrix B. What only the other side lists: rewards." in text
    assert "not to PPO tuned: transition matrix B, target state." in text
    assert f"Below exact Bayes: centre {shown(study.at('centre', 'aifgym').score)}." in text
    assert "Training seeds per scenario: 3 (PPO, PPO tuned, aifgym)" in text


def test_honesty_does_not_claim_a_rival_where_ours_is_ahead():
    study = Study([*references(), *seeds_of("aifgym", 5.0, 5.1), *seeds_of("PPO", 2.0, 2.1)])
    text = said(study)
    assert "In none of its 1 scenarios does another learner's interval reach ours." in text
    assert "better than ours" not in text
    assert "No trial failed." in text


def test_honesty_says_what_the_costly_ones_cost_and_where_the_recipe_fails():
    results = []
    for scenario in ("centre", "noisy"):
        results += references(scenario)
        results += seeds_of("aifgym", 5, 5, 5, scenario=scenario, train_cpu_seconds=2.0)
        results += seeds_of("tutorial's recipe", 2.5, 2.5, 6.0, scenario=scenario)
    results += seeds_of("RecurrentPPO", 5, 5, scenario="noisy", train_cpu_seconds=50.0)
    text = said(Study(results))
    assert "RecurrentPPO ran in 1 of 2 scenarios, with at most 2 training seeds" in text
    assert "25.0 times the CPU seconds of aifgym's" in text
    assert "too costly to run it as often." in text
    assert "below a score of 0.5 in 4 of 6 trials (2 scenarios)" in text


def test_honesty_says_who_was_ahead_earlier_and_who_stopped_early():
    ours = seeds_of("aifgym", 3.0, 3.0) + seeds_of("aifgym", 6.0, 6.0, budget=4_096)
    study = Study([*references(), *ours, *seeds_of("PPO", 5.0, 5.0)])
    assert "centre: not run up to 4,096 steps: PPO 1,024." in said(study)
    study = Study([*study.results, *seeds_of("PPO", 5.0, 5.0, budget=4_096)])
    assert "higher mean than ours had: centre at 1,024 (PPO)." in said(study)


def test_no_minus_before_zero():
    assert shown(Estimate(-0.0001, -0.2, 0.0)) == "0.000 [-0.200, 0.000]"
    assert shown(None) == "-"
