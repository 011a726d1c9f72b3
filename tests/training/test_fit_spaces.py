"""Observations that are no vectors: numbers and images, learned without labels."""

import gymnasium as gym
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent
from aifgym.agents.encoders.choose import choose_encoder
from aifgym.training import TrainConfig, Trajectories, collect, fit
from helpers import ENV_ID


class Seen(gym.Wrapper):
    """A line world whose states are seen as something else; the states are kept for the test."""

    def __init__(self, env, space):
        super().__init__(env)
        self.observation_space = space
        self.states = []

    def reset(self, **kwargs):
        _, info = self.env.reset(**kwargs)
        return self.seen(info["state"]), info

    def step(self, action):
        _, *rest, info = self.env.step(action)
        return self.seen(info["state"]), *rest, info

    def seen(self, state):
        self.states.append(state)
        return self.emitted(state)


class Numbers(Seen):
    """Each state is one of two numbers, in an order without meaning, in 9 of 10 cases."""

    NUMBERS = np.array([[3, 8], [5, 0], [1, 6], [9, 2], [4, 7]])

    def __init__(self, env):
        super().__init__(env, gym.spaces.Discrete(10))

    def likelihood(self, number):
        return 0.01 + 0.45 * (number == self.NUMBERS).any(axis=1)

    def emitted(self, state):
        rng = self.np_random
        return rng.integers(10) if rng.random() < 0.1 else self.NUMBERS[state, rng.integers(2)]


class Images(Seen):
    """Each state is a bright column in a noisy image."""

    def __init__(self, env):
        super().__init__(env, gym.spaces.Box(0, 255, (6, 10, 1), np.uint8))

    def likelihood(self, image):
        columns = image[:, :, 0].mean(axis=0).reshape(5, 2).mean(axis=1)
        return np.where(columns == columns.max(), 1, 1e-3)

    def emitted(self, state):
        image = self.np_random.integers(0, 120, size=(6, 10, 1), dtype=np.uint8)
        image[:, 2 * state : 2 * state + 2] += 100
        return image


@pytest.mark.parametrize("wrapper", [Numbers, Images])
def test_states_are_found_behind_numbers_and_images(wrapper, tmp_path):
    env = wrapper(gym.make(ENV_ID, start_state=None))
    agent, history = fit(env, TrainConfig(num_restarts=2, train_steps=250))
    assert history.warnings == ()
    assert agent.observation_space == env.observation_space
    agent.save(tmp_path / "agent.aif")
    agent = ActiveInferenceEncoderAgent.load(tmp_path / "agent.aif")
    env.states.clear()
    right, exact, state, prior = [], [], None, np.full(5, 0.2)
    B = env.unwrapped.world.transition_matrix
    observation, _ = env.reset(seed=5)
    for step in range(400):
        action, state = agent.predict(observation, state, [step % 8 == 0])
        right.append(agent.beliefs.argmax() == env.states[-1])
        prior = prior if step % 8 else np.full(5, 0.2)
        posterior = env.likelihood(observation) * prior
        exact.append(posterior.argmax() == env.states[-1])
        prior = B[:, :, action] @ posterior / posterior.sum()
        observation, _, _, truncated, _ = env.step(action)
        if truncated:
            observation, _ = env.reset()
    assert np.mean(right) > np.mean(exact) - 0.03
    assert np.mean(exact) > 0.85


@pytest.mark.parametrize("wrapper", [Numbers, Images])
def test_trajectories_keep_what_they_are_made_of(wrapper, tmp_path):
    env = wrapper(gym.make(ENV_ID))
    data = collect(env, 40, 6, seed=0)
    assert data.observations.dtype == (np.uint8 if wrapper is Images else np.int32)
    assert data.observations.shape[2:] == env.observation_space.shape
    data.save(tmp_path / "data.npz")
    again = Trajectories.load(tmp_path / "data.npz")
    np.testing.assert_array_equal(again.observations, data.observations)
    assert again.observations.dtype == data.observations.dtype


def test_the_encoder_can_be_chosen_by_the_user(world):
    def wide(space, num_indices, width, depth, key):
        return choose_encoder(space, num_indices, 3 * width, depth + 1, key)

    config = TrainConfig(num_transitions=300, num_restarts=2, train_steps=50, encoder=wide)
    agent, _ = fit(world, config)
    assert repr(agent.encoder) == "96 x 2"
    assert agent.settings["config"]["encoder"].endswith("wide")
    with pytest.raises(TypeError, match="encoder must return a TrainableEncoder, got int"):
        fit(world, TrainConfig(num_transitions=300, encoder=lambda *arguments: 3))
    with pytest.raises(ValueError, match="encoder must be callable"):
        TrainConfig(encoder=3)
