import csv

import pytest
from aifgym.agents.archive import DamagedArchiveError
from aifgym.benchmarks.commands.train import TrainArguments
from command_line import FAST, TINY, run


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


def test_train_draws_its_figures_and_render_speed_prints_a_rate(tmp_path, capfd):
    assert run("train", "--out", tmp_path / "a.aif", *FAST) == 0
    drawn = {path.name for path in (tmp_path / "a-figures").iterdir()}
    names = ("training_curves", "confusion", "decision_regions")
    assert drawn == {f"{name}.{kind}" for name in names for kind in ("png", "svg")}
    assert f"figures in {tmp_path / 'a-figures'}" in capfd.readouterr().out
    assert run("render-speed", "--num-frames", 20) == 0
    assert "per second" in capfd.readouterr().out


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[]", b"{}", b'{"config": 1}', b"[" * 100_000, b"null"]
)
def test_a_damaged_description_of_a_run_is_refused_in_one_short_line(tmp_path, content):
    (tmp_path / "arguments.json").write_bytes(content)
    with pytest.raises(DamagedArchiveError, match="not a readable description of a run") as raised:
        TrainArguments.from_run(tmp_path)
    assert len(str(raised.value)) < 400


def test_no_file_is_replaced_by_a_default_name(tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("agent.aif", "seeds.csv", "tasks.csv", "ppo_tuning.csv"):
        (tmp_path / name).write_text("precious")
    for command in (["train"], ["learn", "CartPole-v1"], ["seeds"], ["tasks"], ["tune"]):
        assert run(*command) == 2
        assert "is there already: pass --out" in capfd.readouterr().err
    assert {path.read_text() for path in tmp_path.iterdir()} == {"precious"}
    for _ in range(2):  # the same command goes on from what is there
        assert run("train", "--run", "run", "--preferences", "reward", *TINY) == 0
    assert "120 steps with rewards" in capfd.readouterr().out
    assert (tmp_path / "run" / "agent.aif").exists()
    assert (tmp_path / "agent.aif").read_text() == "precious"
