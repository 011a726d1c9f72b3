"""What a world model believes, and what it acts on where observations are missing."""

import numpy as np
import pytest
from aifgym.agents import WorldModelAgent
from aifgym.agents.world_model.model import Member, Table, WorldModel
from gymnasium.spaces import Discrete
from helpers import walking_agent
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

LEFT, STAY, RIGHT = 0, 1, 2
finite = st.floats(width=32, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("history", [1, 2])
@pytest.mark.parametrize("hold", [1, 2])
@pytest.mark.parametrize("num_envs", [1, 3, 200])  # in NumPy, and compiled
def test_for_what_is_missing_stands_what_the_model_expects(num_envs, hold, history):
    """An action leads `hold` states on in so many steps: by one in each."""
    places = np.tile(np.float32([4.0, 0.25]), (num_envs, 1))
    strict = walking_agent(hold, history)
    agent = strict.with_preferences(strict.looks[0][:, 0].repeat(2).reshape(-1, 2).T)
    agent.on_invalid = "ignore"
    action, state = agent.predict(places)
    assert (action == RIGHT).all()
    seen = places + np.float32([1, 0])
    expected, following = agent.predict(seen, state)
    beliefs = agent.beliefs
    seen[0, 0] = np.nan
    action, filled = agent.predict(seen, state)
    np.testing.assert_allclose(filled[0], following[0], atol=1e-4)
    np.testing.assert_array_equal(action, expected)
    np.testing.assert_allclose(agent.beliefs, beliefs, atol=1e-3)
    np.testing.assert_array_equal(filled[0][1:], following[0][1:])
    with pytest.raises(ValueError, match="finite"):
        strict.predict(seen, state)


def test_where_an_episode_begins_stands_where_episodes_begin():
    agent = walking_agent(on_invalid="ignore")
    missing = np.full((2, 2), np.nan)
    np.testing.assert_allclose(agent.predict(missing)[1][0], [[0.5, 0]] * 2)
    state = agent.predict(np.float32([[5, 0], [5, 0]]))[1]
    window = agent.predict(missing, state, [True, False])[1][0]
    np.testing.assert_allclose(window, [[0.5, 0], [6, 0]], atol=1e-4)
    alone = agent.predict(missing[0], None, True)
    assert np.shape(alone[0]) == ()
    assert agent.explain(missing, state, [True, False]).neg_efe.shape == (2, 3)


def test_a_walk_without_every_second_observation_ends_as_fast():
    rng = np.random.default_rng(0)
    steps = []
    for dropped in (0.0, 0.5):
        agent, place, state = walking_agent(on_invalid="ignore"), 0, None
        steps.append(0)
        while place < 8 and steps[-1] < 20:
            seen = np.full(2, np.nan) if rng.random() < dropped else np.float32([place, 0])
            action, state = agent.predict(seen, state)
            place = min(max(place + int(action) - 1, 0), 8)
            steps[-1] += 1
    assert steps == [8, 8]


def test_beliefs_are_over_the_states_of_all_members():
    agent = walking_agent()
    assert agent.beliefs is None
    agent.predict(np.float32([[2, 0], [7, 0]]))
    beliefs = agent.beliefs
    assert beliefs.shape == (2, agent.world.num_states)
    assert beliefs.dtype == np.float32
    np.testing.assert_allclose(beliefs.sum(axis=1), 1, atol=1e-6)
    of_members = beliefs.reshape(2, 2, 9)
    np.testing.assert_array_equal(of_members.argmax(axis=2), [[2, 2], [7, 7]])
    weights = np.exp(-4 * (np.arange(9) - 2.0) ** 2)
    np.testing.assert_allclose(of_members[0, 0], weights / weights.sum() / 2, atol=1e-6)


def test_beliefs_of_a_table_know_what_was_never_seen():
    ones = np.ones((2, 1))
    member = Member(sparse.csr_array(np.eye(2)), ones, np.zeros(2), ones, ones, ones[:, 0] / 2)
    table = Table(np.array([[1], [3]]))
    world = WorldModel(table, (member,), np.arange(1), ones.T[:, :1].astype(int), 0.9, 1, 1, 1.0)
    agent = WorldModelAgent(world, Discrete(5), Discrete(1))
    agent.predict(np.array([3, 4, 1]))
    np.testing.assert_array_equal(agent.beliefs, [[0, 1, 0], [0, 0, 1], [1, 0, 0]])


@given(finite, finite)
def test_whatever_is_finite_is_worth_something_finite(first, second):
    agent = AGENT
    for many in (1, 64):
        observations = np.tile(np.float32([first, second]), (many, 1))
        values = agent.explain(observations).neg_efe
        assert np.isfinite(values).all()
        # What is far outside is worth what the nearest state is: nothing is below the worst.
        assert values.min() >= agent.policy.neg_efe.min() - 1e-3


AGENT = walking_agent()
