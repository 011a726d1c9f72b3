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
