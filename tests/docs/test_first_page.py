"""The first page's table is that of what was measured."""

import csv
import re

import numpy as np
import pytest
from documents import ROOT

README = (ROOT / "README.md").read_text()
LEARN = (ROOT / "docs" / "learn.md").read_text()
RESULTS = ROOT / "docs" / "results" / "tasks_peers.csv"
ROW = re.compile(r"^\| (.+?) \| ([\d,]+) \| (-?[\d.]+) \| (-?[\d.]+) \| [\d.]+ \|$", re.MULTILINE)
# What is measured of peers, too: names of the table, of the results file, and the steps.
SHOWN = [
    ("CartPole-v1", "CartPole", 5_000),
    ("CartPole-v1", "CartPole", 10_000),
    ("MountainCar-v0", "MountainCar", 10_000),
    ("Acrobot-v1", "Acrobot", 10_000),
    ("CliffWalking-v1", "CliffWalking", 1_000),
    ("Taxi-v4", "Taxi", 5_000),
    ("FrozenLake-v1 4x4", "FrozenLake 4x4", 5_000),
    ("FrozenLake8x8-v1", "FrozenLake 8x8", 10_000),
]


def ours(task: str, steps: int) -> tuple[float, float]:
    """Mean and worst seed, as the page about learning says."""
    rows = {(row[0], row[1]): (float(row[2]), float(row[3])) for row in ROW.findall(LEARN)}
    return rows[task, f"{steps:,}"]


def best_peer(task: str, steps: int) -> tuple[str, float, float]:
    """Name, mean and worst seed of the peer with the highest mean."""
    with open(RESULTS, newline="") as file:
        rows = [r for r in csv.DictReader(file) if (r["task"], r["steps"]) == (task, str(steps))]
    returns: dict[str, list[float]] = {}
    for row in rows:
        returns.setdefault(row["learner"], []).append(float(row["mean_return"]))
    assert {len(values) for values in returns.values()} == {3}
    name = max(returns, key=lambda peer: np.mean(returns[peer]))
    return name, float(np.mean(returns[name])), min(returns[name])


def line(shown: str, task: str, steps: int) -> str:
    """A line of the table, the better mean in bold."""
    (mean, worst), (peer, their_mean, their_worst) = ours(shown, steps), best_peer(task, steps)
    digits = 2 if abs(mean) < 1 else 0
    means = [f"{value:.{digits}f}" for value in (mean, their_mean)]
    best = their_mean > mean
    means[best] = f"**{means[best]}**"
    cells = f"{means[0]} ({worst:.{digits}f}) | {means[1]} ({their_worst:.{digits}f}) {peer}"
    return f"| {shown} | {steps:,} | {cells} |"


@pytest.mark.parametrize(("shown", "task", "steps"), SHOWN)
def test_each_line_is_what_was_measured(shown, task, steps):
    assert line(shown, task, steps) in README.splitlines()


def test_where_a_peer_wins_is_said_in_words():
    table = re.search(r"^\| task \|.*?\n\n", README, re.MULTILINE | re.DOTALL)
    assert table
    assert table[0].count("\n") == len(SHOWN) + 3
    words = README.split(table[0])[1].split("##")[0]
    for shown, task, steps in SHOWN:
        if any(np.greater(best_peer(task, steps)[1:], ours(shown, steps))):
            assert shown.partition("-")[0] in words


def test_the_page_about_learning_shows_the_same_peers():
    for shown, task, steps in SHOWN:
        _, mean, worst = best_peer(task, steps)
        digits = 2 if abs(mean) < 1 else 0
        rows = [row for row in LEARN.splitlines() if row.startswith(f"| {shown} | {steps:,} |")]
        assert any(f"| {mean:.{digits}f} / {worst:.{digits}f} |" in row for row in rows)
