"""Runs that are killed, interrupted or started twice."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from aifgym.benchmarks.running import runner
from aifgym.benchmarks.running.engines import (
    in_process,
    in_processes,
)
from aifgym.benchmarks.running.results import read_results
from trial_helpers import driver, tiny_trials, what_counts

INTERRUPTED_WORKERS = """
import os, signal, sys
if "spawn_main" in " ".join(sys.orig_argv):
    os.kill(os.getpid(), signal.SIGINT)
"""


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


@pytest.mark.usefixtures("unmeasured")
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
    assert process.wait(timeout=600) == 130
    assert "Traceback" not in log.read_text()
    assert log.read_text().splitlines()[-1].startswith("aifgym: interrupted")
    assert read_results(tmp_path / "run")


@pytest.mark.usefixtures("unmeasured")
def test_workers_are_spared_ctrl_c_while_they_load(tmp_path, expected, monkeypatch, capfd):
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTED_WORKERS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    assert what_counts(runner.run(tmp_path, tiny_trials(), in_processes(2))) == expected
    assert "Traceback" not in capfd.readouterr().err
