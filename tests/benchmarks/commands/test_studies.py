import csv

from aifgym.benchmarks.commands import studies
from command_line import run


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
