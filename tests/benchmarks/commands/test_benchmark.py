import csv
import re
import sys
from pathlib import Path

import pytest
from aifgym.benchmarks.cli import program
from aifgym.benchmarks.contenders import active_inference as contenders
from aifgym.benchmarks.contenders import registry
from aifgym.benchmarks.running import plans
from aifgym.benchmarks.running.results import read_results
from aifgym.training import TrainConfig

ROOT = Path(__file__).parents[3]
TINY = ["--num-seeds", "1", "--budgets", "512", "--episodes", "4", "--workers", "1"]


def run(*arguments) -> int:
    with pytest.raises(SystemExit) as stop:
        program.main(["benchmark", *map(str, arguments)])
    return stop.value.code


def test_every_contender_and_the_report_through_the_public_command(tmp_path, capfd, monkeypatch):
    """They must run, not be good: our trainings are short."""
    short = {"num_restarts": 2, "train_steps": 50}
    for contender in (contenders.ActiveInference, contenders.LearnedDynamics):
        config = TrainConfig(dynamics=contender.config.dynamics, **short)
        monkeypatch.setattr(contender, "config", config)
    assert run("--out", tmp_path, "--group", "full", "--scenario", "noisy", *TINY) == 0
    out, err = capfd.readouterr()
    assert "100%" in err
    results = read_results(tmp_path)
    assert {result.contender for result in results} == set(plans.EVERYBODY)
    assert not any(result.error for result in results)
    by_name = {result.contender: result for result in results}
    assert by_name["PPO"].rewarded_steps == 2048  # its first update
    assert by_name["aifgym"].reward_free_steps == by_name["aifgym learned"].rewarded_steps == 512
    for name in ("report.md", "report.html"):
        text = (tmp_path / name).read_text()
        for result in results:
            assert result.given.split(";")[0].split("'")[0] in text
    assert all(name in out for name in plans.EVERYBODY)
    before = (tmp_path / "results.csv").read_bytes()
    assert run("--out", tmp_path, "--group", "full", "--scenario", "noisy", *TINY) == 0
    assert (tmp_path / "results.csv").read_bytes() == before


def write_documented(page, module, folder, monkeypatch):
    """The page's contender as a module of the current folder."""
    text = (ROOT / "docs" / page).read_text()
    (folder / f"{module}.py").write_text(re.search(r"```python\n(.*?)```", text, re.S)[1])
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", list(sys.path))
    registry.load_contender.cache_clear()


def test_the_documented_contender_works(tmp_path, capfd, monkeypatch):
    write_documented("contenders.md", "nearest_mean", tmp_path, monkeypatch)
    mine = ["--contender", "nearest_mean:NearestMean", "--only"]
    scenarios = ["--group", "standard", "--scenario", "centre", "--scenario", "goal_switch"]
    assert run("--out", "run", *mine, *scenarios, "--workers", 1) == 0
    with open("run/results.csv", newline="") as file:
        rows = {(row["scenario"], row["contender"]): row for row in csv.DictReader(file)}
    assert len(rows) == 6
    for scenario in ("centre", "goal_switch"):
        low, mean, high = (
            float(rows[scenario, name]["mean_return"])
            for name in ("random", "nearest mean", "exact Bayes")
        )
        assert (mean - low) / (high - low) > 0.9
    assert "nearest mean" in capfd.readouterr().out


def test_workers_find_the_contender_of_the_current_folder(tmp_path, capfd, monkeypatch):
    write_documented("scaling.md", "idle", tmp_path, monkeypatch)
    mine = ["--contender", "idle:Idle", "--only", "--scenario", "centre"]
    tiny = ["--num-seeds", 4, "--budgets", 8, "--episodes", 1, "--workers", 2]
    assert run("--out", "run", *mine, *tiny) == 0
    idle = [result for result in read_results(Path("run")) if result.contender == "idle"]
    assert [result.error for result in idle] == [""] * 4


def test_the_plan_says_what_it_costs_and_runs_nothing(tmp_path, capfd):
    assert run("--out", tmp_path / "none", "--group", "full", "--plan") == 0
    out, _ = capfd.readouterr()
    trials = sum(
        len(plan.contenders) * plan.num_seeds
        - (plan.num_seeds - 1) * len(set(plan.contenders) & set(plans.REFERENCES))
        for plan in plans.GROUPS["full"]
    )
    assert re.search(rf"\| all +\| {trials:,} ", out)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--workers", "0"], "--workers must be at least 1, got 0"),
        (["--budgets", "8", "4"], "--budgets must be increasing"),
        (["--workers", "2", "--ray", "local"], "--workers or --ray, not both"),
        (["--scenario", "nowhere"], "--scenario of quick must be one of centre, noisy"),
        (["--contender", "nobody"], "must be module:Class or one of aifgym"),
        (["--only"], "--only needs a --contender"),
        (
            ["--group", "full", "--scenario", "unknown_dynamics", "--contender", "aifgym"],
            "--contender aifgym is given the transition matrix, which --scenario unknown_dynamics",
        ),
        (["--group", "huge"], "group"),
    ],
)
def test_bad_input_is_answered_in_one_line(arguments, named, tmp_path, capfd):
    assert run("--out", tmp_path / "run", *arguments) == 2
    _, err = capfd.readouterr()
    assert named in err
    assert len(err.strip().splitlines()) == 1
