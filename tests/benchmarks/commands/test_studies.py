import csv

import gymnasium as gym
import numpy as np
from aifgym.benchmarks.commands import studies
from aifgym.benchmarks.studies import costs, other_goals
from command_line import run


def test_seeds_writes_a_line_per_seed_and_recipe(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(studies.seed_study, "NUM_TEST_SEQUENCES", 100)
    arguments = [
        "--num-seeds",
        2,
        "--first-seed",
        3,
        "--episodes",
        0,
        "--sequences",
        40,
        "--restarts",
        2,
    ]
    assert run("seeds", *arguments, "--out", tmp_path / "seeds.csv") == 0
    with open(tmp_path / "seeds.csv") as file:
        rows = list(csv.DictReader(file))
    assert [(row["recipe"], row["seed"]) for row in rows] == [
        ("evidence", "3"), ("evidence", "4"), ("tutorial", "3"), ("tutorial", "4"),
    ]  # fmt: skip
    out = capfd.readouterr().out
    assert "of 2 seeds succeed" in out
    assert run("seeds", "--num-seeds", 0) == 2


def test_costs_are_measured_for_each_size(tmp_path, capfd, monkeypatch):
    assert len(costs.settings()) == 11  # the usual size stands in three series, once in the table
    monkeypatch.setattr(costs, "STEPS", (300, 600))
    monkeypatch.setattr(costs, "STATES", (40,))
    monkeypatch.setattr(costs, "DIMENSIONS", (2,))
    monkeypatch.setattr(costs, "USUAL", (300, 40, 2))
    assert run("costs", "--out", tmp_path / "costs.csv") == 0
    with open(tmp_path / "costs.csv") as file:
        rows = list(csv.DictReader(file))
    assert [row["steps"] for row in rows] == ["300", "600"]
    assert all(float(row["round_s"]) > 0 for row in rows)
    assert "| 600 | 40 | 2 |" in capfd.readouterr().out


def test_the_walks_of_costs_are_one_after_the_other():
    found = costs.drifting(500, 3)
    goes_on = found.episodes[1:] == found.episodes[:-1]
    np.testing.assert_array_equal(
        found.observations[1:][goes_on], found.next_observations[:-1][goes_on]
    )
    assert (found.next_observations[found.ended, 0] > 1).all()


def test_other_goals_are_told_and_ppo_stands_beside(tmp_path, capfd):
    arguments = ["--steps", 300, "--num-seeds", 1, "--episodes", 2]
    assert run("goals", *arguments, "--out", tmp_path / "goals.csv") == 0
    with open(tmp_path / "goals.csv") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert {row["learner"] for row in rows} >= {"aifgym, told the goal", other_goals.PEER}
    assert all(0 <= float(row["reached"]) <= 1 for row in rows)
    assert "stand at x = 1" in capfd.readouterr().out
    assert run("goals", "--steps", 0) == 2


class Right:
    """Pushes the car to the right, always."""

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        return np.full(len(observation), 2), state


def test_how_well_a_goal_is_kept_is_counted_from_what_was_seen():
    cart, car = other_goals.GOALS
    stands = np.zeros((500, 4))
    stands[:, 0] = 1.2
    assert cart.reached(stands) == 1.0
    assert cart.reached(stands[:400]) == 0.5
    stands[450:, 0] = 1.4
    assert cart.reached(stands) == 0.75
    seen = other_goals.seen_by(Right(), lambda: gym.make("MountainCar-v0"), 2)
    assert [own.shape for own in seen] == [(200, 2)] * 2
    assert car.reached(seen[0]) == 0.0
    assert car.reached(np.array([[-0.5, 0.0], [-1.15, 0.0]])) == 1.0
