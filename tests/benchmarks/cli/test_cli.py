import pytest
from aifgym.benchmarks.commands import support
from command_line import TINY, run


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["train", "--num-states", "1"], "num_states must be at least 2, got 1"),
        (["train", "--num-states", "many"], "--num-states"),
        (["train", "--emission-scale", "-1"], "emission_scale must be positive"),
        (["train", "--target-state", "7"], "target_state must be in 0..4, got 7"),
        (["train", "--tutorial.temperature", "0"], "temperature must be finite and above 0"),
        (["train", "--goal", "1", "2", "3"], "--goal must be a state or two coordinates"),
        (["train", "--goal", "1", "--preferences", "reward"], "not both"),
        (["evaluate", "x.aif", "--goal", "1", "--preferences", "reward"], "not both"),
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
        ([], "train, evaluate, animate, demo, render-speed, reproduce, benchmark, seeds"),
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


def test_help_shows_defaults(capfd):
    assert run("train", "--help") == 0
    text = capfd.readouterr().out
    assert "--emission-scale FLOAT" in text
    assert "(default: 3840)" in " ".join(text.replace("│", " ").split())  # however it wraps


def test_benchmark_without_its_extra_says_what_to_install(monkeypatch, tmp_path, capfd):
    monkeypatch.setattr(support.importlib.util, "find_spec", lambda name: None)
    assert run("benchmark", "--out", tmp_path / "run") == 2
    assert '".[bench]"' in capfd.readouterr().err
    assert not (tmp_path / "run").exists()
