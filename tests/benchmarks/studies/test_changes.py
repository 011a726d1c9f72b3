"""Lives in changing worlds: when they change, who knows, and what is counted."""

import dataclasses

import numpy as np
import pytest
from aifgym.benchmarks.analysis.recovery import BLOCK, blocks, recovery
from aifgym.benchmarks.cli import cli
from aifgym.benchmarks.commands.support import write_table
from aifgym.benchmarks.scenarios import changing
from aifgym.benchmarks.scenarios.changing import CHANGES, ring
from aifgym.benchmarks.studies.lives import changes, noticing, sb3_lives, table
from aifgym.benchmarks.studies.lives.pymdp_lives import PymdpLearner
from aifgym.envs.batches import batch
from gymnasium.utils.env_checker import check_env

SHORT = {
    "ring_broken_actuator": dataclasses.replace(
        CHANGES["ring_broken_actuator"], episodes=(8, 16), episode_steps=6, training=512
    ),
    "tmaze_reversal": dataclasses.replace(CHANGES["tmaze_reversal"], episodes=(8, 8)),
}


@pytest.fixture
def short(monkeypatch):
    for module in (changing, changes, sb3_lives, table, noticing):
        monkeypatch.setattr(module, "CHANGES", SHORT)
    from aifgym.benchmarks.commands import studies

    monkeypatch.setattr(studies, "CHANGES", SHORT)


def test_a_world_changes_after_so_many_episodes_and_the_spaces_stay():
    check_env(CHANGES["tmaze_reversal"].world(), skip_render_check=True)
    world = changing.ChangingWorld([ring(), ring(3), ring(dead=0)], [2, 3])
    phases = []
    for _ in range(7):
        world.reset(seed=0)
        phases.append(world.phase)
    assert phases == [0, 0, 1, 1, 1, 2, 2]
    twice = []
    for _ in range(2):
        observation, _ = world.reset(seed=5)
        twice.append(np.append(observation, world.step(2)[0]))
    np.testing.assert_array_equal(*twice)
    stuck = ring(dead=0).tables.B[0]
    np.testing.assert_array_equal(stuck[..., 0], stuck[..., changing.STAY])
    assert stuck[0, 4, 2] > 0.9  # forward from the last state leads to the first one


@pytest.mark.parametrize("name", CHANGES)
def test_who_learns_begins_as_who_does_not_and_who_is_told_has_each_world(name):
    change = CHANGES[name]
    fixed, learning = changes.agent_of(change).model, changes.agent_of(change, 0, True).model
    for letter in "AB":
        for one, two in zip(getattr(fixed, letter), getattr(learning, letter)):
            np.testing.assert_array_equal(one, two)
    told = changes.agent_of(change, 1).model
    different = [
        not np.allclose(a, b) for x in "AB" for a, b in zip(told.__dict__[x], fixed.__dict__[x])
    ]
    assert sum(different) == 1
    counts = getattr(learning, f"p{change.learn}")[-1]
    assert (counts[np.asarray(getattr(told, change.learn)[-1]) > 0.02] > 0).sum() > 0


def test_recovery_of_known_curves():
    fixed, told = np.full((5, 40), 2.0), np.full((5, 40), 2.0)
    fixed[:, 8:], told[:, 8:] = 1.0, 3.0
    own = told.copy()
    own[:, 8:20] = 2.0
    found = recovery(own, fixed, told, [8])
    assert (found.episodes.value, found.episodes.low) == (16, 16)
    assert found.area_lost.value == pytest.approx(12)
    assert (found.lost_before.value, found.recovered.high) == (0, 1)
    # The mean of 20 episodes is at 2.6 when 12 of them are 3, and 8 of the first 12, which are 2.
    assert (found.own_episodes.value, found.own_episodes.high) == (24, 24)
    half = np.where(np.arange(5)[:, None] < 3, own, fixed)
    assert recovery(half, fixed, told, [8]).own_episodes.value == 24
    assert recovery(half, fixed, told, [8]).episodes.value == np.inf
    assert recovery(fixed, fixed, told, [8]).episodes.value == np.inf
    # In a third world less can be had: each world has its own measure.
    for returns in (fixed, told):
        returns[:, 24:] -= 1
    assert recovery(fixed, fixed, told, [8, 24]).episodes.value == np.inf
    assert recovery(told, fixed, told, [8, 24]).recovered.value == 1
    np.testing.assert_allclose(blocks(np.arange(9.0)), [1.5, 5.5])
    assert BLOCK == 4


def test_the_command_lives_once_and_says_what_was_lost(tmp_path, capsys, short):
    arguments = ["changes", "--only", "ring", "--num-lives", "3", "--out", str(tmp_path)]
    assert cli.run(arguments) == 0
    first = capsys.readouterr().out
    assert first.count("ring_broken_actuator") == 3
    table = (tmp_path / "changes.csv").read_text()
    assert table.count("\n") == 10
    assert (tmp_path / "ring_broken_actuator.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "noticing.gif").read_bytes().startswith(b"GIF")
    assert cli.run([*arguments, "--ppo-lives", "1"]) == 0
    assert "PPO tuned | 1 |" in capsys.readouterr().out
    assert (tmp_path / "changes.csv").read_text().startswith(table)


def test_lives_are_the_same_alone_and_together_and_of_equal_length(short):
    together = changes.our_lives("tmaze_reversal", changes.LEARNING, 3, seed=7)
    assert together.shape == (3, 16)
    alone = changes.our_lives("tmaze_reversal", changes.LEARNING, 1, seed=8)
    np.testing.assert_array_equal(alone[0], together[1])
    told = changes.our_lives("tmaze_reversal", changes.TOLD, 6, seed=7)
    fixed = changes.our_lives("tmaze_reversal", changes.FIXED, 6, seed=7)
    np.testing.assert_array_equal(told[:, :8], fixed[:, :8])
    assert told[:, 8:].mean() > 0.5 > -0.5 > fixed[:, 8:].mean()


def test_lives_that_are_missing_are_lived_with_their_own_seeds(short):
    name, who = "tmaze_reversal", changes.FIXED
    rows = table.lived(name, who, 4, 7, [])
    assert [row["seed"] for row in rows] == [7, 8, 9, 10]
    again = table.lived(name, who, 4, 7, [rows[1]])
    assert again == [rows[0], *rows[2:]]


def test_returns_that_begin_with_a_minus_are_the_same_after_each_writing(tmp_path):
    out = tmp_path / "changes.csv"
    row = {"scenario": "goal_drift", "contender": "PPO tuned", "seed": "3", "returns": "-1 0 2"}
    write_table(out, [row])
    written = out.read_bytes()
    for _ in range(2):
        assert table.finished(out) == [row]
        write_table(out, table.finished(out))
        assert out.read_bytes() == written
    assert table.returns_of([row], "goal_drift", "PPO tuned").tolist() == [[-1, 0, 2]]
    out.write_text("scenario,contender,seed,returns\nring,aifgym fixed,1,1 2,3\n")
    with pytest.raises(ValueError, match="no table of aifgym changes"):
        table.finished(out)


@pytest.mark.parametrize("name", ["ring_broken_actuator", "goal_drift"])
def test_pymdps_agent_learns_from_an_episode_what_ours_does_without_forgetting(name):
    change = dataclasses.replace(CHANGES[name], episode_steps=6)
    theirs = PymdpLearner(change)
    mine = changes.agent_of(change, 0, True, max_count=None, horizon=100)
    env, state, life, start = change.unchanged(), None, None, np.array([True])
    observation, _ = env.reset(seed=3)
    for _ in range(19):
        seen = batch([observation])
        action, state = mine.predict(seen, state, start)
        chosen, life = theirs.predict(seen, life, start)
        np.testing.assert_array_equal(chosen, action)
        observation, _, terminated, truncated, _ = env.step(int(action[0]))
        start = np.array([terminated or truncated])
        if start[0]:
            observation, _ = env.reset()
    # Both have learned from three episodes of six steps; mine counts the running one in its phi.
    added = mine.counts((*state[:5], 0 * state[5]))[f"p{change.learn}"][-1]
    found = np.asarray(life.counts[-1][0])
    free = added > 0
    np.testing.assert_allclose(found[free], added[free], atol=1e-3)
    assert np.abs(added - getattr(mine.model, f"p{change.learn}")[-1]).max() > 0.5


def test_who_learns_is_less_surprised_after_a_while_and_knows_the_column(short, monkeypatch):
    longer = dataclasses.replace(SHORT["ring_broken_actuator"], episodes=(4, 60), episode_steps=12)
    monkeypatch.setattr(noticing, "CHANGES", {noticing.WORLD: longer})
    found = noticing.noticing(4, seed=0)
    assert found.column.shape == (64, 5)
    np.testing.assert_allclose(found.column.sum(axis=1), 1, atol=1e-5)
    assert found.column[3].argmax() == changing.TARGET
    assert found.column[-1].argmax() == noticing.STATE
    assert (
        found.surprise[changes.LEARNING][-30:].mean() < found.surprise[changes.FIXED][-30:].mean()
    )


def test_bad_arguments_are_one_line(tmp_path, capsys):
    for arguments, message in (
        (["--only", "moon"], "--only must be part of one of"),
        (["--num-lives", "1"], "--num-lives must be at least 2"),
    ):
        assert cli.run(["changes", "--out", str(tmp_path / "x"), *arguments]) == 2
        assert message in capsys.readouterr().err
    (tmp_path / "changes.csv").write_text("a,b\n1,2\n")
    assert cli.run(["changes", "--out", str(tmp_path)]) == 2
    assert "is no table of aifgym changes" in capsys.readouterr().err
