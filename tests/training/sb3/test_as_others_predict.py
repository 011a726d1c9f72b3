"""What SB3 and sb3-contrib ask of their algorithms when these predict and learn, asked of ours."""

import gymnasium as gym
import numpy as np
import pytest
import torch
from aifgym.training.sb3 import ActiveInference
from gymnasium import spaces
from gymnasium.wrappers import TimeLimit
from sb3_helpers import SMALL, model_of
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.envs import (
    FakeImageEnv,
)
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.preprocessing import is_image_space
from stable_baselines3.common.vec_env import DummyVecEnv, VecTransposeImage, is_vecenv_wrapped
from world_model_helpers import Corridor


def like_ppo(env, observation):
    """Shapes and types that PPO's predict answers with, for one observation and for several."""
    ppo = PPO("MlpPolicy", env, device="cpu", n_steps=8, batch_size=8)
    return ppo.predict(observation)[0]


@pytest.mark.parametrize("is_trained", [False, True])
@pytest.mark.parametrize("env_id", ["CartPole-v1", "Taxi-v4"])
@pytest.mark.parametrize("device", ["cpu", "auto"])
def test_one_observation_and_several_are_told_apart(env_id, device, is_trained):
    model = ActiveInference("MlpPolicy", env_id, device=device, seed=0, **SMALL)
    if is_trained:
        model.learn(200)
    assert model.policy.device.type == "cpu"
    env, vec_env = gym.make(env_id), DummyVecEnv([lambda: gym.make(env_id)] * 2)
    for seen in (env.reset(seed=0)[0], vec_env.reset()):
        action, theirs = model.predict(seen)[0], like_ppo(vec_env, seen)
        assert type(action) is type(theirs) is np.ndarray
        assert (action.shape, action.dtype) == (theirs.shape, theirs.dtype)
        assert all(env.action_space.contains(one) for one in np.atleast_1d(action))
    # What does not take PPO's action does not take ours, and the other way round.
    assert int(model.predict(env.reset()[0])[0]) in range(env.action_space.n)


def test_tensors_in_and_out():
    model = model_of(seed=0).learn(300)
    seen = np.linspace(0, 1, 20, dtype=np.float32)[:, None]
    actions = model.policy(torch.as_tensor(seen), deterministic=True)
    wanted, _ = model.predict(seen, deterministic=True)
    np.testing.assert_array_equal(actions.numpy(), wanted)


class SubclassedBox(spaces.Box):
    pass


class Guessing(gym.Env):
    """Observations of any space, without any sense."""

    def __init__(self, observation_space, action_space=None):
        self.observation_space = observation_space
        self.action_space = spaces.Discrete(4) if action_space is None else action_space

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.observation_space.sample(), {}

    def step(self, action):
        assert self.action_space.contains(action)
        return self.observation_space.sample(), 0.0, False, False, {}


BOX = spaces.Box(-1, 1, (2,), np.float32)


@pytest.mark.parametrize(
    "space",
    [
        SubclassedBox(-1, 1, (2,), np.float32),
        spaces.Box(-1, 1, (2,), np.float64),
        spaces.MultiDiscrete([4, 3]),
        spaces.MultiBinary(8),
        spaces.MultiBinary((3, 2)),
        spaces.Dict(a=BOX, b=spaces.Box(-1, 1, (2,), np.float64)),
        spaces.Dict(
            a=BOX, image=spaces.Box(0, 255, (4, 4, 3), np.uint8), number=spaces.Discrete(3)
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("actions", [None, spaces.MultiDiscrete([2, 3])], ids=str)
def test_any_space_of_observations(space, actions):
    env = TimeLimit(Guessing(space, actions), 50)
    model = model_of(env, seed=1).learn(300)
    action, _ = model.predict(env.reset()[0], deterministic=False)
    assert action.dtype == env.action_space.dtype
    evaluate_policy(model, env, 2, warn=False)


@pytest.mark.parametrize(
    "actions", [BOX, spaces.Box(-1, 1, (2, 2), np.float32), spaces.MultiBinary(3)], ids=str
)
def test_actions_that_are_not_supported_are_refused_at_once(actions):
    with pytest.raises(TypeError, match="action_space"):
        model_of(Guessing(BOX, actions))


@pytest.mark.parametrize("channel_last", [False, True])
def test_images_of_both_layouts(channel_last, tmp_path):
    env = DummyVecEnv([lambda: FakeImageEnv(3, 6, 6, 1, discrete=True)] * 2)
    env = env if channel_last else VecTransposeImage(env)
    model = model_of(env, seed=0).learn(250)
    assert is_image_space(model.observation_space)
    assert is_vecenv_wrapped(model.get_env(), VecTransposeImage)
    seen = env.reset()
    actions, _ = model.predict(seen, deterministic=True)
    model.save(tmp_path / "model")
    again, _ = ActiveInference.load(tmp_path / "model").predict(seen, deterministic=True)
    np.testing.assert_array_equal(actions, again)
    assert model.predict(seen[0])[0].shape == ()


def test_two_models_of_one_seed_play_the_same():
    """Also while they learn."""
    returns = []
    for _ in range(2):
        model = model_of(seed=3).learn(400)
        played = (
            list(model.ep_info_buffer),
            evaluate_policy(
                model, model.get_env(), 5, deterministic=False, return_episode_rewards=True
            ),
        )
        returns.append(([(one["r"], one["l"]) for one in played[0]], played[1]))
    assert returns[0] == returns[1]


class Hidden(gym.ObservationWrapper):
    """CartPole without velocities, which asks for memory."""

    def __init__(self):
        super().__init__(TimeLimit(gym.make("CartPole-v1").unwrapped, 500))
        self.observation_space = spaces.Dict(seen=spaces.Box(-5, 5, (2,), np.float32))

    def observation(self, observation):
        return {"seen": observation[[0, 2]]}


def test_a_memory_for_each_environment_that_begins_anew():
    """As of RecurrentPPO: states of environments do not mix, whatever stands beside them."""
    env = make_vec_env(Hidden, 3, seed=0)
    model = model_of(env, seed=0, history=2).learn(600)
    state, start = None, np.ones(3, bool)
    alone: list = [None] * 3
    seen = env.reset()
    for _ in range(60):
        action, state = model.predict(seen, state, start, deterministic=True)
        for place in range(3):
            one = {"seen": seen["seen"][place : place + 1]}
            own, alone[place] = model.predict(one, alone[place], start[[place]], deterministic=True)
            assert own == action[place]
        seen, _, start, _ = env.step(action)
    assert start.dtype == bool


def test_evaluation_hands_the_memory_back():
    corridor = make_vec_env(Corridor, 2, seed=0)
    model = model_of(corridor, seed=0).learn(300)
    states = []
    real = model.predict

    def spied(observation, state=None, episode_start=None, deterministic=False):
        states.append(state)
        return real(observation, state, episode_start, deterministic)

    model.predict = spied
    evaluate_policy(model, corridor, 4)
    assert states[0] is None
    assert all(state is not None for state in states[1:])
