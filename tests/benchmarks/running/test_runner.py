import dataclasses
import os
import sys

import numpy as np
import pytest
from aifgym.benchmarks.running import runner
from aifgym.benchmarks.running.engines import (
    THREAD_LIMITS,
    in_processes,
    limited_threads,
)
from aifgym.benchmarks.running.trial import Trial
from trial_helpers import Forward, tiny_trials, what_counts


def test_seeds_and_budgets_are_told_apart(expected):
    assert len(expected) == 2 * (4 * 2 + 2)
    returns = {key: mean for key, _, mean, _, _ in expected}
    assert returns["tutorial", "forward", 0, 8] != returns["tutorial", "forward", 3, 8]
    steps = {key: steps for key, *_, steps in expected}
    assert steps["tutorial", "forward", 0, 16] == 16


def test_several_processes_give_the_same_results(expected, tmp_path):
    assert what_counts(runner.run(tmp_path, tiny_trials(), in_processes(2))) == expected


def test_results_of_other_episodes_are_not_mixed(tmp_path):
    trials = tiny_trials(1, ("tutorial",))
    runner.run(tmp_path, trials)
    other = [dataclasses.replace(trial, num_episodes=4) for trial in trials]
    with pytest.raises(ValueError, match="results of 3 evaluation episodes, not of 4"):
        runner.run(tmp_path, other)


def test_trials_are_retried_and_one_that_fails_for_good_is_reported(
    tmp_path, expected, monkeypatch, capfd
):
    (tmp_path / "marks").mkdir()
    monkeypatch.setenv("MISCHIEF", str(tmp_path / "marks"))
    trials = tiny_trials(scenarios=("tutorial",))
    results = runner.run(tmp_path / "run", trials, in_processes(2))
    broken = [result for result in results if result.error]
    assert {(r.contender, r.seed) for r in broken} == {("forward", 2)}
    assert {r.error for r in broken} == {"RuntimeError: seed 2 never works"}
    assert [r.mean_return for r in broken] == [None, None]
    assert "attempt 3 of 3 failed" in capfd.readouterr().err
    fine = [row for row in expected if row[0][0] == "tutorial" and row[0][1:3] != ("forward", 2)]
    assert what_counts(r for r in results if not r.error) == fine
    # Once the reason is gone, only what failed runs again.
    monkeypatch.delenv("MISCHIEF")
    results = runner.run(tmp_path / "run", trials)
    assert what_counts(results) == [row for row in expected if row[0][0] == "tutorial"]


def test_in_one_process_too_a_failure_is_a_result(tmp_path, monkeypatch):
    monkeypatch.setenv("MISCHIEF", str(tmp_path))
    (tmp_path / "attempt-1").touch()  # nobody is killed
    results = runner.run(tmp_path, tiny_trials(3, ("tutorial",)))
    assert {r.seed for r in results if r.error} == {2}


class Exits(Forward):
    name = "exits"

    def train(self, env_factory, budget, seed):
        sys.exit("enough")


class Unwritable(Forward):
    name = "unwritable"

    def train(self, env_factory, budget, seed):
        super().train(env_factory, budget, seed)
        self.hyperparameters = {"rate": np.float32(0.1)}


@pytest.mark.parametrize(
    ("contender", "error"),
    [("Exits", "SystemExit: enough"), ("Unwritable", "TypeError: Object of type float32 is not")],
)
def test_what_a_contender_does_wrong_costs_its_own_trials_only(tmp_path, contender, error):
    mine = Trial("tutorial", f"{__name__}:{contender}", 0, (8,), num_episodes=3)
    results = runner.run(tmp_path, [mine, *tiny_trials(1, ("tutorial",))])
    broken = [result for result in results if result.error]
    assert [result.contender for result in broken] == [contender.lower()]
    assert broken[0].error.startswith(error)
    assert len(results) == 5


def test_workers_are_told_their_share_of_threads(monkeypatch):
    monkeypatch.delenv("NPROC", raising=False)
    with limited_threads(1):
        assert {os.environ[name] for name in THREAD_LIMITS} == {"1"}
    assert "NPROC" not in os.environ
