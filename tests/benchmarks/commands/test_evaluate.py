import pytest
from command_line import TINY, run


@pytest.fixture
def agent_file(tmp_path, capfd):
    path = tmp_path / "agent.aif"
    assert run("train", "--out", path, *TINY) == 0
    capfd.readouterr()
    return path


def test_evaluating_in_a_world_of_another_size_says_what_to_pass(agent_file, capfd):
    assert run("evaluate", agent_file, "--num-states", 7) == 2
    assert "has 5 states, the world 7: pass --num-states" in capfd.readouterr().err


def test_evaluate_says_where_the_agent_was_made_for_another_world(agent_file, capfd):
    assert run("evaluate", agent_file, "--target-state", 1, "--transition-noise", 0.2) == 0
    out = capfd.readouterr().out
    assert "the agent's B is not this world's" in out
    assert "the agent seeks state 4, this world rewards state 1" in out


def test_an_agent_without_a_goal_is_noticed_and_given_one(tmp_path, capfd):
    path = tmp_path / "learned.aif"
    assert run("train", "--dynamics", "learned", "--out", path, *TINY) == 0
    out = capfd.readouterr().out
    assert "goal='none'" in out
    note = "note: the agent has no preferences and only explores: give it a goal (--goal"
    assert note in out
    assert run("evaluate", path, "--episodes", 2) == 0
    assert note in capfd.readouterr().out
    assert run("evaluate", path, "--episodes", 2, "--goal", 2) == 0
    assert "note" not in capfd.readouterr().out
    assert run("evaluate", path, "--episodes", 2, "--preferences", "reward", "--compiled") == 0
    (note,) = [line for line in capfd.readouterr().out.splitlines() if "note" in line]
    assert note == "note: preferences are the rewards of 3,840 random steps"


def test_a_goal_is_rewarded_unless_another_target_is_named(agent_file, capfd):
    assert run("evaluate", agent_file, "--goal", 1, "--episodes", 2) == 0
    assert "note" not in capfd.readouterr().out
    assert run("evaluate", agent_file, "--goal", 1, "--target-state", 3, "--episodes", 2) == 0
    assert "the agent seeks state 1, this world rewards state 3" in capfd.readouterr().out
