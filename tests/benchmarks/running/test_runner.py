import dataclasses
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from aifgym.benchmarks.running import runner
from aifgym.benchmarks.running.engines import (
    THREAD_LIMITS,
    in_process,
    in_processes,
    limited_threads,
)
from aifgym.benchmarks.running.results import read_results
from aifgym.benchmarks.running.trial import Trial
from trial_helpers import Forward, tiny_trials, what_counts

HERE = Path(__file__).parents[1]
# Imports the runner alone, so that a start takes a second.
DRIVER = """
import sys, pathlib
sys.path.insert(0, {here!r})
from aifgym.benchmarks.running import runner
from aifgym.benchmarks.running.engines import in_process, in_processes
from trial_helpers import tiny_trials
assert not {{"jax", "torch"}} & set(sys.modules)
engine = in_process if {workers} == 1 else in_processes({workers})
runner.run(pathlib.Path({folder!r}), tiny_trials(), engine)
"""


INTERRUPTED_WORKERS = """
import os, signal, sys
if "spawn_main" in " ".join(sys.orig_argv):
    os.kill(os.getpid(), signal.SIGINT)
"""


@pytest.fixture(autouse=True)
def helpers_found_by_workers(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE))


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What an uninterrupted run in one process gives."""
    return what_counts(runner.run(tmp_path_factory.mktemp("expected"), tiny_trials()))


def driver(folder: Path, workers: int = 1, **environment) -> subprocess.Popen:
    script = DRIVER.format(here=str(HERE), folder=str(folder), workers=workers)
    return subprocess.Popen(
        [sys.executable, "-c", script], env=os.environ | environment, stderr=subprocess.DEVNULL
    )


def test_seeds_and_budgets_are_told_apart(expected):
    assert len(expected) == 2 * (4 * 2 + 2)
    returns = {key: mean for key, _, mean, _, _ in expected}
    assert returns["tutorial", "forward", 0, 8] != returns["tutorial", "forward", 3, 8]
    steps = {key: steps for key, *_, steps in expected}
    assert steps["tutorial", "forward", 0, 16] == 16


def test_several_processes_give_the_same_results(expected, tmp_path):
    assert what_counts(runner.run(tmp_path, tiny_trials(), in_processes(2))) == expected


def test_a_run_that_is_killed_at_random_moments_ends_in_the_same_table(expected, tmp_path):
    rng = random.Random(0)
    for number in range(10):
        process = driver(tmp_path, workers=1 + number % 2, SLOW="0.1")
        while process.poll() is None and not (tmp_path / "results.csv").exists():
            time.sleep(0.05)
        time.sleep(rng.uniform(0.2, 1.2))
        process.kill()
        process.wait()
        with open(tmp_path / "results.csv", "ab") as file:  # as if cut off within a line
            file.write(b'centre,forward,0,8,"')
    assert what_counts(runner.run(tmp_path, tiny_trials())) == expected
    before = (tmp_path / "results.csv").read_bytes()
    assert what_counts(runner.run(tmp_path, tiny_trials())) == expected
    assert (tmp_path / "results.csv").read_bytes() == before


def test_two_runs_in_one_folder_share_the_work(expected, tmp_path):
    processes = [driver(tmp_path, SLOW="0.1") for _ in range(2)]
    assert [process.wait() for process in processes] == [0, 0]
    assert what_counts(runner.run(tmp_path, tiny_trials())) == expected


def test_an_interrupted_run_keeps_what_is_finished(tmp_path, expected):
    def interrupted(trials):
        for number, finished in enumerate(in_process(trials)):
            if number == 3:
                raise KeyboardInterrupt
            yield finished

    with pytest.raises(KeyboardInterrupt):
        runner.run(tmp_path, tiny_trials(), interrupted)
    assert len({(r.scenario, r.contender, r.seed) for r in read_results(tmp_path)}) == 3
    assert what_counts(runner.run(tmp_path, tiny_trials())) == expected


def test_ctrl_c_stops_all_workers_in_one_line(tmp_path):
    command = [sys.executable, "-m", "aifgym.benchmarks", "benchmark", "--out", "run"]
    mine = ["--contender", "trial_helpers:Forward", "--only", "--scenario", "centre"]
    tiny = ["--num-seeds", "40", "--budgets", "8", "16", "--episodes", "3", "--workers", "2"]
    log, results = tmp_path / "log", tmp_path / "run" / "results.csv"
    with open(log, "w") as stderr:
        process = subprocess.Popen(
            [*command, *mine, *tiny], cwd=tmp_path, env=os.environ | {"SLOW": "0.3"},
            stdout=stderr, stderr=stderr, start_new_session=True,
        )  # fmt: skip
    while not results.exists():
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    assert process.wait(timeout=120) == 130
    assert "Traceback" not in log.read_text()
    assert log.read_text().splitlines()[-1].startswith("aifgym: interrupted")
    assert read_results(tmp_path / "run")


def test_workers_are_spared_ctrl_c_while_they_load(tmp_path, expected, monkeypatch, capfd):
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTED_WORKERS)
    monkeypatch.setenv("PYTHONPATH", f"{HERE}{os.pathsep}{tmp_path}")
    assert what_counts(runner.run(tmp_path, tiny_trials(), in_processes(2))) == expected
    assert "Traceback" not in capfd.readouterr().err


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
