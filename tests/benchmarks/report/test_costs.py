import dataclasses

import pytest
from aifgym.benchmarks.report import costs
from aifgym.benchmarks.running.trial import Trial
from trial_helpers import make_result

BUDGETS = (1_000, 4_000)


def measured(contender: str, scenario: str, fixed: float, per_step: float) -> list:
    return [
        make_result(contender=contender, scenario=scenario, budget=budget,
                    train_cpu_seconds=fixed + per_step * budget)
        for budget in BUDGETS
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("contender", "scenario", "expected"),
    [
        ("PPO", "noisy", 2 + 0.01 * 8_000),  # goes on from 2,000 to 8,000
        ("PPO", "goal_switch", 2 + 0.01 * (16_384 + 8_000)),
        ("aifgym", "noisy", 2 * 2 + 0.01 * (2_000 + 8_000)),  # starts anew each time
        ("aifgym", "goal_switch", 3 * 2 + 0.01 * (16_384 + 2_000 + 8_000)),
    ],
)
def test_measured_seconds_are_carried_over_to_other_budgets(contender, scenario, expected):
    budgets = (0, 2_000, 8_000) if scenario == "goal_switch" else (2_000, 8_000)
    trial = Trial(scenario, contender, 0, budgets)
    elsewhere = measured(contender, "centre", 2, 0.01)
    assert costs.trial_seconds(trial, elsewhere) == pytest.approx(expected + trial.judging_seconds)


def test_what_was_measured_in_the_same_scenario_counts_most():
    trial = Trial("noisy", "PPO", 0, BUDGETS)
    both = measured("PPO", "noisy", 5, 0.0) + measured("PPO", "centre", 2, 0.01)
    assert costs.trial_seconds(trial, both) == pytest.approx(5 + trial.judging_seconds)
    assert costs.trial_seconds(trial, []) == trial.expected_seconds


def test_trainings_in_a_changed_world_count_where_there_are_no_others():
    trials = [Trial("goal_switch", "PPO", 0, (0, *BUDGETS))]
    changed = [
        make_result(contender="PPO", scenario="goal_switch", budget=budget,
                    train_cpu_seconds=36 * (16_384 + budget))
        for budget in (0, *BUDGETS)
    ]  # fmt: skip
    row = costs.plan_table(trials, changed).rows[0]
    assert row[4:] == [f"{36 * 20_384 / 3_600:.2f}", "3 measured trainings"]
    elsewhere = measured("PPO", "noisy", 3_600, 0.0)
    row = costs.plan_table(trials, [*changed, *elsewhere]).rows[0]
    assert row[4:] == ["1.00", "2 measured trainings"]


def test_the_table_adds_up_and_says_what_it_knows():
    trials = [Trial("noisy", name, seed, BUDGETS) for name in ("PPO", "aifgym") for seed in (0, 1)]
    results = measured("PPO", "noisy", 3_600, 0.0)
    broken = dataclasses.replace(results[0], seed=7, error="RuntimeError: no")
    rows = costs.plan_table(trials, [*results, broken]).rows
    assert rows[0] == ["PPO", "2", "8,000", "3,600.4", "2.00", "2 measured trainings"]
    assert rows[1][-1] == "a rough guess"
    assert rows[2][:3] == ["all", "4", "18,000"]
