import dataclasses
import json

import pytest
from aifgym.benchmarks import (
    contenders,
    evaluation,
    report,
    results,
    runner,
)
from aifgym.training import TrainConfig

TINY_CONFIG = TrainConfig(num_transitions=120, num_restarts=2, train_steps=50)


def make_result(scenario="centre", contender="PPO", seed=0, mean_return=1.0) -> results.TrialResult:
    return results.TrialResult(
        scenario=scenario,
        contender=contender,
        seed=seed,
        reward_free_steps=0,
        rewarded_steps=20_480,
        train_seconds=1.5,
        predict_microseconds=90.0,
        mean_return=mean_return,
        episode_returns=[mean_return - 1, mean_return + 1],
        given='rewards, "quoted"',
        hyperparameters={"steps": 20_000},
        versions={"python": "3.11", "machine": "some machine, 2 cores"},
        commit="abc1234",
    )


@pytest.fixture
def tiny_sweep(monkeypatch):
    """Every contender, but small: it must run, not be good."""
    tiny_ppo = {"total_timesteps": 64, "num_envs": 2, "n_steps": 32}
    monkeypatch.setattr(contenders.PPO, "hyperparameters", tiny_ppo)
    monkeypatch.setattr(contenders, "TrainConfig", lambda: TINY_CONFIG)
    monkeypatch.setattr(evaluation.episode_returns, "__defaults__", (4,))
    monkeypatch.setattr(evaluation, "TIMED_CALLS", 3)


def test_results_come_back_and_a_cut_off_line_is_set_aside(tmp_path):
    first, second = make_result(seed=0), make_result(seed=1)
    results.append_result(tmp_path, first)
    results.append_result(tmp_path, second)
    assert results.read_results(tmp_path) == [first, second]
    path = tmp_path / results.RESULTS_FILE
    content = path.read_bytes()
    path.write_bytes(content[:-30])
    assert results.read_results(tmp_path) == [first]
    results.append_result(tmp_path, second)
    assert results.read_results(tmp_path) == [first, second]
    assert (tmp_path / "results.csv.damaged").stat().st_size > 0


def test_a_trial_that_two_runs_finished_counts_once(tmp_path):
    first = make_result(mean_return=1.0)
    for result in (first, make_result(seed=1), make_result(mean_return=2.0)):
        results.append_result(tmp_path, result)
    assert results.read_results(tmp_path) == [first, make_result(seed=1)]


def test_a_damaged_line_is_named(tmp_path):
    results.append_result(tmp_path, make_result())
    with open(tmp_path / results.RESULTS_FILE, "a") as file:
        file.write("centre,PPO,zero\n")
    with pytest.raises(ValueError, match=r"results\.csv, line 3 is damaged"):
        results.read_results(tmp_path)


def test_a_line_break_in_a_result_is_refused(tmp_path):
    with pytest.raises(ValueError, match="line breaks"):
        results.append_result(tmp_path, dataclasses.replace(make_result(), given="two\nlines"))
    assert list(tmp_path.iterdir()) == []


def test_a_results_file_with_other_columns_is_refused(tmp_path):
    (tmp_path / results.RESULTS_FILE).write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="other columns"):
        results.read_results(tmp_path)


def test_the_sweep_runs_reports_and_goes_on_where_it_stopped(tiny_sweep, tmp_path, monkeypatch):
    trained = []
    run_trial = runner.run_trial

    def interrupted(scenario, contender, seed, *rest):
        if len(trained) == 3:
            raise KeyboardInterrupt
        trained.append((scenario.name, contender.name, seed))
        return run_trial(scenario, contender, seed, *rest)

    monkeypatch.setattr(runner, "run_trial", interrupted)
    with pytest.raises(KeyboardInterrupt):
        runner.run(tmp_path, seeds=(0, 1))
    assert len(results.read_results(tmp_path)) == 3
    monkeypatch.setattr(runner, "run_trial", run_trial)
    finished = runner.run(tmp_path, seeds=(0, 1))
    assert len(finished) == 2 * (2 * 2 + 3)
    before = (tmp_path / results.RESULTS_FILE).read_bytes()
    assert runner.run(tmp_path, seeds=(0, 1)) == finished
    assert (tmp_path / results.RESULTS_FILE).read_bytes() == before

    text = report.write_report(tmp_path, "aifgym benchmark --out somewhere")
    assert (tmp_path / "report.md").read_text() == text
    assert (tmp_path / "scores.png").read_bytes().startswith(b"\x89PNG")
    for contender in contenders.CONTENDERS:
        assert f"| {contender.name} " in text
        assert contender.given in text
    assert "aifgym benchmark --out somewhere" in text
    ppo = next(r for r in finished if r.contender == "PPO")
    assert ppo.rewarded_steps >= 64
    assert ppo.reward_free_steps == 0
    ours = next(r for r in finished if r.contender == "aifgym")
    assert (ours.reward_free_steps, ours.rewarded_steps) == (120, 0)


def test_a_trial_is_repeatable(tiny_sweep, tmp_path):
    (tmp_path / "a").mkdir()
    first = runner.run(tmp_path / "a", seeds=(3,))
    second = runner.run(tmp_path / "b", seeds=(3,))
    for ours, again in zip(first, second):
        assert ours.episode_returns == again.episode_returns
        assert json.dumps(ours.hyperparameters) == json.dumps(again.hyperparameters)


def test_results_are_plain_data():
    assert dataclasses.asdict(make_result())["episode_returns"] == [0.0, 2.0]
