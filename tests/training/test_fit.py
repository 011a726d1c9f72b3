"""What `fit` learns, judged by labels that it never sees."""

import dataclasses

import gymnasium as gym
import jax
import numpy as np
import pytest
from aifgym.benchmarks.analysis import metrics
from aifgym.training import TrainConfig, collect, fit, simulate
from aifgym.training.descent.recipes import LEARNED
from helpers import ENV_ID
from training_helpers import TINY, NoWorld, held_out_data


def test_known_dynamics_from_observations_and_actions_alone(world):
    agent, history = fit(
        NoWorld(gym.make(ENV_ID)), transition_matrix=world.transition_matrix, target_state=4
    )
    data, states = held_out_data(world)
    assert metrics.accuracy(states, metrics.inferred_states(agent, data)) > 0.96
    assert history.num_transitions == 3840
    assert history.best_restart == np.argmin(history.held_out_loss)
    assert history.warnings == ()
    assert agent.evidence == "likelihood"


def test_the_tutorials_objective_with_restarts(world):
    config = TrainConfig(
        objective="tutorial", evidence="categorical", ambiguity="epsilon", num_restarts=8
    )
    agent, history = fit(gym.make(ENV_ID, start_state=None), config)
    data, states = held_out_data(world)
    assert metrics.accuracy(states, metrics.inferred_states(agent, data)) > 0.9
    assert agent.evidence == "categorical"
    assert agent.model.A.diagonal() == pytest.approx(1 - 1e-4)
    assert len(history.held_out_loss) == 8


def test_learned_dynamics_find_states_and_transitions_up_to_their_order(world):
    config = TrainConfig(dynamics="learned", num_states=5)
    agent, history = fit(NoWorld(gym.make(ENV_ID, start_state=None)), config)
    data, states = held_out_data(world)
    accuracy, relabelling = metrics.best_alignment(states, metrics.inferred_states(agent, data), 5)
    assert accuracy > 0.95
    index_of_state = np.argsort(relabelling)
    learned = agent.model.B[index_of_state][:, index_of_state]
    np.testing.assert_allclose(learned, world.transition_matrix, atol=0.12)
    np.testing.assert_array_equal(learned.argmax(axis=0), world.transition_matrix.argmax(axis=0))
    assert history.warnings == ()
    assert (agent.model.C == 0).all()


def test_aligned_dynamics_take_over_the_references_numbering(world):
    agent, history = fit(gym.make(ENV_ID, start_state=None), TrainConfig(dynamics="aligned"))
    data, states = held_out_data(world)
    assert metrics.accuracy(states, metrics.inferred_states(agent, data)) > 0.96
    np.testing.assert_allclose(agent.model.B, world.transition_matrix, atol=1e-6)
    assert not history.alignment.ambiguous


def test_spare_latent_indices_are_merged_by_alignment(world, monkeypatch):
    spare = dataclasses.replace(LEARNED[5], spare_indices=0.4)
    monkeypatch.setitem(LEARNED, 5, spare)
    agent, history = fit(gym.make(ENV_ID, start_state=None), TrainConfig(dynamics="aligned"))
    data, states = held_out_data(world)
    assert history.alignment.state_of_index.shape == (7,)
    assert agent.encoder.merge.shape == (7, 5)
    assert metrics.accuracy(states, metrics.inferred_states(agent, data)) > 0.95


def test_the_confusion_is_estimated_without_labels(world):
    noisy = dataclasses.replace(world, emission_scale=2.0)
    agent, _ = fit(noisy)
    data, states = simulate(noisy, 3000, 6, jax.random.key(5))
    probs = agent.encode(np.asarray(data.observations).reshape(-1, 2))
    expected = np.stack([probs[np.ravel(states) == state].mean(axis=0) for state in range(5)], 1)
    np.testing.assert_allclose(agent.model.A, expected, atol=0.06)


@pytest.mark.parametrize("how", ["observation", "reward"])
def test_learned_dynamics_are_told_their_goal(world, how):
    env = gym.make(ENV_ID, start_state=None, target_state=1, max_episode_steps=20)
    config = TrainConfig(dynamics="learned", num_states=5)
    goal = {"observation": {"goal_observation": world.means[1]}, "reward": {"preferences": how}}
    agent, _ = fit(env, config, **goal[how])
    observation, info = env.reset(seed=0)
    state, reached = None, 0
    for _ in range(20):
        action, state = agent.predict(observation, state)
        observation, reward, _, _, info = env.step(action)
        reached += reward
    assert reached >= 12
    assert info["target_state"] == 1


def test_trajectories_can_be_given_in_place_of_an_environment(world):
    data = collect(gym.make(ENV_ID), 300, 4, seed=3)
    agent, history = fit(data, TINY, transition_matrix=world.transition_matrix, target_state=2)
    assert history.num_transitions == 300
    assert agent.model.C.argmax() == 2
