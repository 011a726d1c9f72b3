"""The agent in the hands of Stable-Baselines3 and of Gymnasium's wrappers."""

import gymnasium as gym
import pytest
from helpers import ENV_ID
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecMonitor


@pytest.mark.parametrize("vec_env_cls", [DummyVecEnv, SubprocVecEnv])
def test_sb3_evaluates_the_agent_on_several_environments(agent, vec_env_cls):
    env = VecMonitor(vec_env_cls([lambda: gym.make(ENV_ID)] * 2))
    returns, lengths = evaluate_policy(agent, env, 4, return_episode_rewards=True)
    env.close()
    assert lengths == [8] * 4
    assert all(0 <= value <= 8 for value in returns)


def test_sb3_evaluates_the_agent_through_gymnasiums_wrappers(agent):
    doubled = gym.wrappers.TransformReward(gym.make(ENV_ID), lambda reward: 2 * reward)
    env = gym.wrappers.ClipReward(Monitor(doubled), max_reward=1)
    returns, lengths = evaluate_policy(agent, env, 4, return_episode_rewards=True)
    assert lengths == [8] * 4
    assert all(value in range(0, 17, 2) for value in returns)


def test_record_video_films_the_agent(agent, tmp_path):
    env = gym.make(ENV_ID, render_mode="rgb_array")
    env = gym.wrappers.RecordVideo(env, str(tmp_path / "videos"), disable_logger=True)
    observation, _ = env.reset(seed=0)
    state, done = None, False
    while not done:
        action, state = agent.predict(observation, state)
        observation, _, terminated, truncated, _ = env.step(action)
        done = terminated or truncated
    env.close()
    assert (tmp_path / "videos" / "rl-video-episode-0.mp4").stat().st_size > 1000
