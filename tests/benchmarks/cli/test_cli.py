import csv
import signal
import subprocess
import sys
import time

import pytest
from aifgym.benchmarks.cli import cli, program
from aifgym.benchmarks.commands import studies, support

FAST = ["--num-transitions", "120", "--num-restarts", "2", "--train-steps", "50"]
TINY = [*FAST, "--no-figures"]


def run(*arguments) -> int:
    with pytest.raises(SystemExit) as stop:
        program.main([str(argument) for argument in arguments])
    return stop.value.code


@pytest.fixture
def agent_file(tmp_path, capfd):
    path = tmp_path / "agent.aif"
    assert run("train", "--out", path, *TINY) == 0
    capfd.readouterr()
    return path


def test_train_writes_agent_and_curves_and_evaluate_reads_it(tmp_path, capfd):
    path = tmp_path / "agent.aif"
    assert run("train", "--out", path, *TINY) == 0
    out, err = capfd.readouterr()
    assert "120 reward-free steps" in out
    assert "100%" in err
    with open(tmp_path / "agent.csv") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["50", "50"]
    assert run("evaluate", path, "--episodes", 5) == 0
    out, _ = capfd.readouterr()
    assert "agent" in out
    assert "normalised score" in out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["train", "--num-states", "1"], "num_states must be at least 2, got 1"),
        (["train", "--num-states", "many"], "--num-states"),
        (["train", "--emission-scale", "-1"], "emission_scale must be positive"),
        (["train", "--target-state", "7"], "target_state must be in 0..4, got 7"),
        (["train", "--tutorial.temperature", "0"], "temperature must be above 0"),
        (["train", "--dynamics", "learned", *TINY], "num_states must be given (or 'auto')"),
        (["train", "--resume", "/does/not/exist"], "/does/not/exist holds no run"),
        (["train", "--episode-steps", "0"], "--episode-steps must be at least 1"),
        (["train", "--out", "/does/not/exist/agent.aif"], "there is no folder /does/not/exist"),
        (["train", "--target-state", "None", *TINY], "target_state must be a state"),
        (["evaluate", "missing.aif"], "missing.aif"),
        (["evaluate", __file__], "is not a readable agent file"),
        (["evaluate"], "PATH"),
        (["dance"], "dance"),
        (["train", "--out", "agent.csv"], "--out must name an agent file"),
        (["train", "--seed", "99999999999999999999", *TINY], "seed must be an integer in 0.."),
        (["train", "--seed", "-1", *TINY], "seed must be an integer in 0.."),
        (["train", "--preference", "nan"], "preference must be finite"),
        (["evaluate", "x.aif", "--target-state", "None"], "--target-state must be a state"),
        (["benchmark", "--out", __file__], "--out must be a folder"),
        (["report", "/does/not/exist"], "there is no folder /does/not/exist"),
        (["report", "."], "holds no results"),
        ([], "train, evaluate, animate, render-speed, reproduce, benchmark, seeds"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, named, capfd):
    assert run(*arguments) == 2
    lines = capfd.readouterr().err.strip().splitlines()
    assert lines[-1].startswith("aifgym: ")
    assert named in lines[-1]
    assert [line for line in lines if "Traceback" in line] == []
    # Nothing but, at most, a progress bar stands above it.
    assert all("training" in line for line in lines[:-1])


def test_evaluating_in_a_world_of_another_size_says_what_to_pass(agent_file, capfd):
    assert run("evaluate", agent_file, "--num-states", 7) == 2
    assert "has 5 states, the world 7: pass --num-states" in capfd.readouterr().err


def test_a_stopped_training_resumes_from_its_run_folder(tmp_path, capfd):
    arguments = ["train", "--out", tmp_path / "a.aif", *TINY, "--run", tmp_path / "run"]
    assert run(*arguments, "--tensorboard") == 0
    assert list((tmp_path / "a-tensorboard").iterdir())
    first = (tmp_path / "a.csv").read_text()
    (tmp_path / "a.aif").unlink()
    assert run("train", "--resume", tmp_path / "run") == 0
    assert (tmp_path / "a.csv").read_text() == first
    assert run("evaluate", tmp_path / "a.aif", "--episodes", 3) == 0
    assert run("train", "--run", tmp_path / "run", "--seed", "5", *TINY) == 2
    assert "holds a run with other settings" in capfd.readouterr().err


def test_seeds_writes_a_line_per_seed_and_recipe(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(studies.seed_study, "NUM_TEST_SEQUENCES", 100)
    arguments = ["--num-seeds", 2, "--first-seed", 3, "--episodes", 0, "--sequences", 40]
    assert run("seeds", *arguments, "--out", tmp_path / "seeds.csv") == 0
    with open(tmp_path / "seeds.csv") as file:
        rows = list(csv.DictReader(file))
    assert [(row["recipe"], row["seed"]) for row in rows] == [
        ("evidence", "3"), ("evidence", "4"), ("tutorial", "3"), ("tutorial", "4"),
    ]  # fmt: skip
    out = capfd.readouterr().out
    assert "of 2 seeds succeed" in out
    assert run("seeds", "--num-seeds", 0) == 2


def test_evaluate_says_where_the_agent_was_made_for_another_world(agent_file, capfd):
    assert run("evaluate", agent_file, "--target-state", 1, "--transition-noise", 0.2) == 0
    out = capfd.readouterr().out
    assert "the agent's B is not this world's" in out
    assert "the agent seeks state 4, this world rewards state 1" in out


def test_help_shows_defaults(capfd):
    assert run("train", "--help") == 0
    text = capfd.readouterr().out
    assert "--emission-scale FLOAT" in text
    assert "(default: 3840)" in " ".join(text.replace("│", " ").split())  # however it wraps


def test_reproduce_fails_when_a_figure_is_off(monkeypatch, capfd):
    from aifgym.benchmarks.studies import tutorial, tutorial_page

    off = tutorial_page.PAGE | {"initial objective": 15.05}
    fake = tutorial.Reproduction(off, None, None, None, None)
    monkeypatch.setattr(tutorial, "reproduce", lambda progress: fake)
    assert run("reproduce") == 1
    out = capfd.readouterr().out
    assert [line.split()[0] for line in out.splitlines() if line.endswith("OFF")] == ["initial"]
    monkeypatch.setitem(off, "initial objective", tutorial_page.PAGE["initial objective"])
    assert run("reproduce") == 0


def test_benchmark_without_its_extra_says_what_to_install(monkeypatch, tmp_path, capfd):
    monkeypatch.setattr(support.importlib.util, "find_spec", lambda name: None)
    assert run("benchmark", "--out", tmp_path / "run") == 2
    assert '".[bench]"' in capfd.readouterr().err
    assert not (tmp_path / "run").exists()


def test_ctrl_c_leaves_no_half_written_file_and_a_rerun_works(tmp_path):
    command = [sys.executable, "-m", "aifgym.benchmarks", "train", "--out", "agent.aif"]
    endless = ["--no-figures", "--train-steps", "1000000", "--num-transitions", "600"]
    log = tmp_path.with_suffix(".log")
    with open(log, "w") as stderr:
        process = subprocess.Popen([*command, *endless], cwd=tmp_path, stderr=stderr)
    while "training" not in log.read_text():
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=120) == 130
    assert "Traceback" not in log.read_text()
    assert log.read_text().strip().splitlines()[-1].startswith("aifgym: interrupted")
    assert list(tmp_path.iterdir()) == []
    again = subprocess.run([*command, *TINY], cwd=tmp_path, capture_output=True, check=True)
    assert again.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["agent.aif", "agent.csv"]


class LosesInterrupts:
    def __del__(self):
        raise KeyboardInterrupt  # as in any place where Python prints exceptions and drops them


def test_ctrl_c_counts_where_python_drops_exceptions(monkeypatch, capfd):
    def run(arguments):
        del [LosesInterrupts()][0]
        time.sleep(60)
        return 0

    monkeypatch.setattr(cli, "run", run)
    before = sys.unraisablehook
    with pytest.raises(SystemExit) as caught:
        program.main([])
    assert caught.value.code == 130
    assert sys.unraisablehook is before
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert line.startswith("aifgym: interrupted")


def test_train_draws_its_figures_and_render_speed_prints_a_rate(tmp_path, capfd):
    assert run("train", "--out", tmp_path / "a.aif", *FAST) == 0
    drawn = {path.name for path in (tmp_path / "a-figures").iterdir()}
    names = ("training_curves", "confusion", "decision_regions")
    assert drawn == {f"{name}.{kind}" for name in names for kind in ("png", "svg")}
    assert f"figures in {tmp_path / 'a-figures'}" in capfd.readouterr().out
    assert run("render-speed", "--num-frames", 20) == 0
    assert "per second" in capfd.readouterr().out


def test_reproduce_notices_an_unwritable_folder_before_it_trains(capfd):
    assert run("reproduce", "--figures", __file__) == 2
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert line.startswith("aifgym: --figures: cannot write to")
