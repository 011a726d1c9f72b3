import jax.random as jr
import numpy as np
import pytest
from aifgym.agents.planning.goal import DisagreementWarning
from aifgym.envs import LineWorld
from aifgym.envs.line_world.jax_env import JaxLineWorld


def test_the_goal_stands_in_the_agents_description(agent):
    assert "goal='state 4'" in repr(agent)
    assert "goal='none'" in repr(agent.with_preferences(np.ones(5)))
    assert "goal='state 1 or 2'" in repr(agent.with_preferences([0, 1, 1, 0, 0]))
    assert "goal='any of 4 states'" in repr(agent.with_preferences([1, 1, 1, 1, 0]))


@pytest.mark.parametrize(
    ("other", "notes"),
    [
        (LineWorld(), []),
        (LineWorld(target_state=2), ["the agent seeks state 4, this world rewards state 2"]),
        (
            LineWorld(target_state=None),
            ["the agent seeks state 4, this world rewards another one in each episode"],
        ),
        (LineWorld(transition_noise=0.3), ["the agent's B is not this world's"]),
        (
            LineWorld(num_states=7),
            ["the agent has 5 states and 3 actions, this world 7 and 3"],
        ),
    ],
)
def test_what_disagrees_with_a_world_is_said(agent, other, notes):
    assert agent.disagreements(other) == notes


def test_numbers_of_learned_states_are_not_compared(agent):
    agent.settings["dynamics"] = "learned"
    assert agent.disagreements(LineWorld(num_states=7, target_state=2)) == []
    (note,) = agent.with_preferences(np.zeros(5)).disagreements(LineWorld())
    assert note.startswith("the agent has no preferences")


def test_a_rollout_in_another_world_warns(agent):
    with pytest.warns(DisagreementWarning, match="seeks state 4, this world rewards state 2"):
        agent.rollout(JaxLineWorld(LineWorld(target_state=2)), 2, 3, jr.key(0))
    agent.rollout(JaxLineWorld(LineWorld()), 2, 3, jr.key(0))
