import gymnasium as gym
import numpy as np
import pytest
import torch
from aifgym.benchmarks.contenders.sb3_vec_env import SB3VecEnv
from helpers import ENV_ID
from stable_baselines3 import PPO
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import DummyVecEnv, VecMonitor


def native(num_envs: int, **settings) -> SB3VecEnv:
    return SB3VecEnv(gym.make_vec(ENV_ID, num_envs=num_envs, autoreset_mode="SameStep", **settings))


def test_steps_are_those_of_dummy_vec_env():
    # Without transition noise and with fixed starts, only observations are random.
    settings = {"transition_noise": 0.0, "target_state": 1, "max_episode_steps": 3}
    ours, theirs = native(4, **settings), DummyVecEnv([lambda: gym.make(ENV_ID, **settings)] * 4)
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space
    assert ours.reset().shape == theirs.reset().shape
    assert ours.reset_infos == theirs.reset_infos
    rng = np.random.default_rng(0)
    for _ in range(8):
        actions = rng.integers(3, size=4)
        left, right = ours.step(actions), theirs.step(actions)
        for a, b in zip(left[:3], right[:3]):
            assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_array_equal(left[1], right[1])
        np.testing.assert_array_equal(left[2], right[2])
        for info, other in zip(left[3], right[3]):
            last, other_last = (i.pop("terminal_observation", None) for i in (info, other))
            assert (last is None) == (other_last is None)
            # DummyVecEnv says of every step whether the time limit ended it.
            assert info.pop("TimeLimit.truncated", False) == other.pop("TimeLimit.truncated")
            assert info == other
        assert ours.reset_infos == theirs.reset_infos


def test_seed_and_options_reach_the_environment():
    def first(seed):
        env = native(3, start_state=None)
        env.seed(seed)
        env.set_options({"start_state": 2})
        observations = env.reset()
        assert [info["state"] for info in env.reset_infos] == [2, 2, 2]
        return observations

    np.testing.assert_array_equal(first(5), first(5))
    assert (first(5) != first(6)).all()
    env = native(2)
    env.set_options([{"start_state": 2}, {"start_state": 3}])
    with pytest.raises(ValueError, match="the same for all"):
        env.reset()


def test_only_environments_that_reset_in_the_same_step_are_taken():
    with pytest.raises(ValueError, match="SameStep"):
        SB3VecEnv(gym.make_vec(ENV_ID, num_envs=2))


def test_attributes_are_the_vector_environments():
    env = native(2, emission_scale=1.5)
    assert [world.emission_scale for world in env.get_attr("world")] == [1.5, 1.5]
    assert env.env_is_wrapped(gym.Wrapper, indices=0) == [False]
    with pytest.raises(ValueError, match="indices"):
        env.set_attr("autoreset_mode", None, indices=0)


def learning_curve(env, seed: int) -> np.ndarray:
    """Mean return of the deterministic policy after 0, 2,048 and 4,096 steps."""
    torch.set_num_threads(1)
    env.seed(seed)
    model = PPO(
        "MlpPolicy", env, n_steps=64, batch_size=128, learning_rate=2e-3, seed=seed, device="cpu"
    )
    curve = []
    for _ in range(3):
        judge = VecMonitor(native(100, target_state=2, start_state=None, max_episode_steps=20))
        judge.seed(1000)
        curve.append(evaluate_policy(model, judge, n_eval_episodes=100)[0])
        model.learn(2048, reset_num_timesteps=False)
    return np.array(curve)


def test_ppo_learns_on_it_as_on_dummy_vec_env():
    settings = {"target_state": 2, "start_state": None, "max_episode_steps": 20}
    dummy = [lambda: gym.make(ENV_ID, **settings)] * 32
    ours = np.stack([learning_curve(native(32, **settings), seed) for seed in range(3)])
    theirs = np.stack([learning_curve(DummyVecEnv(dummy), seed) for seed in range(3)])
    assert ours[:, -1].mean() > ours[:, 0].mean() + 5, "PPO learned nothing"
    spread = np.sqrt((ours.var(axis=0, ddof=1) + theirs.var(axis=0, ddof=1)) / 3)
    # Untrained policies of one seed are the same; the floor is the evaluation's own error.
    np.testing.assert_array_less(
        abs(ours.mean(axis=0) - theirs.mean(axis=0)), np.maximum(4 * spread, 1.0)
    )
