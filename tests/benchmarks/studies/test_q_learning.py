import gymnasium as gym
import numpy as np
import pytest
from aifgym.benchmarks.studies.peers import PEERS, peer_settings, train_peer
from aifgym.benchmarks.studies.q_learning import Q_LEARNING
from aifgym.benchmarks.studies.tasks import task_returns


def firm_lake() -> gym.Env:
    return gym.make("FrozenLake-v1", is_slippery=False)


def test_a_lake_that_is_not_slippery_is_learned_to_its_closed_form():
    """The goal is six steps away: the first is worth the reward five discounts later."""
    agent, seconds = train_peer("Q-learning", firm_lake, 6_000, seed=0)
    assert agent.values[0].max() == pytest.approx(0.95**5, rel=1e-6)
    assert task_returns(agent, firm_lake, 3, seed=5).tolist() == [1, 1, 1]
    assert agent.predict(np.array([14, 14]))[0].tolist() == [2, 2]
    assert agent.predict(14)[0] == 2
    assert seconds > 0
    again, _ = train_peer("Q-learning", firm_lake, 6_000, seed=0)
    np.testing.assert_array_equal(agent.values, again.values)


def test_it_is_a_peer_where_observations_are_numbers():
    lake, cart = firm_lake(), gym.make("CartPole-v1")
    for name in Q_LEARNING:
        assert name in PEERS
        assert peer_settings(name, cart) is None
        assert peer_settings(name, lake)["last_epsilon"] == 0.05
