"""Models and bare agents in the vector environments and wrappers of Gymnasium and SB3."""

import pickle

import gymnasium as gym
import numpy as np
import pytest
from aifgym.training import act
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv
from gymnasium.wrappers import RecordEpisodeStatistics, RecordVideo
from sb3_helpers import assert_same_agents, model_of
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import (
    DummyVecEnv,
    SubprocVecEnv,
    VecCheckNan,
    VecExtractDictObs,
    VecFrameStack,
    VecMonitor,
    VecNormalize,
    VecVideoRecorder,
)
from world_model_helpers import Corridor


class Drawn(Corridor):
    """The corridor with a picture of where the point is."""

    render_mode = "rgb_array"
    metadata = {"render_modes": ["rgb_array"], "render_fps": 30}  # noqa: RUF012

    def render(self):
        picture = np.zeros((16, 64, 3), np.uint8)
        picture[:, int(63 * self.place)] = 255
        return picture


@pytest.fixture(scope="module")
def model():
    return model_of(seed=1).learn(500)


def test_it_learns_from_stacked_frames():
    env = VecFrameStack(make_vec_env(Corridor, 2, seed=0), 3)
    stacked = model_of(env, seed=0).learn(600)
    assert stacked.observation_space.shape == (3,)
    assert evaluate_policy(stacked, stacked.get_env(), 6)[0] == 1.0
    assert evaluate_policy(stacked.agent, env, 6)[0] == 1.0


@pytest.mark.parametrize(
    "wrap",
    [VecMonitor, VecCheckNan, lambda env: VecNormalize(env, norm_obs=False)],
    ids=["VecMonitor", "VecCheckNan", "VecNormalize of rewards"],
)
def test_wrappers_that_leave_observations_alone_change_nothing(wrap, model):
    assert_same_agents(
        model_of(wrap(DummyVecEnv([Corridor])), seed=1).learn(500).agent, model.agent
    )


def test_it_learns_from_a_part_of_what_is_seen():
    env = VecExtractDictObs(make_vec_env(lambda: Corridor("dict"), 1), "place")
    assert evaluate_policy(model_of(env, seed=1).learn(500), env, 3)[0] == 1.0


def test_it_learns_in_another_process_what_it_learns_in_this_one():
    here, there = (
        model_of(make_vec_env(Corridor, 1, seed=0, vec_env_cls=kind), seed=0).learn(300)
        for kind in (DummyVecEnv, SubprocVecEnv)
    )
    assert_same_agents(here.agent, there.agent)
    there.get_env().close()


def test_videos_of_a_vec_env(tmp_path, model):
    env = VecVideoRecorder(
        DummyVecEnv([Drawn]), str(tmp_path), lambda step: step == 0, video_length=12
    )
    assert evaluate_policy(model, env, 2, warn=False)[0] == 1.0
    env.close()
    assert [path.suffix for path in tmp_path.iterdir()] == [".mp4"]


@pytest.mark.parametrize("bare", [False, True], ids=["model", "agent"])
def test_videos_and_statistics_of_an_environment(bare, tmp_path, model):
    env = RecordEpisodeStatistics(Drawn(), buffer_length=9)
    env = RecordVideo(env, str(tmp_path / "new"), episode_trigger=lambda episode: episode == 1)
    mean, _ = evaluate_policy(model.agent if bare else model, Monitor(env), 3)
    assert mean == 1.0
    assert list(env.get_wrapper_attr("return_queue"))[:3] == [1.0] * 3
    env.close()
    assert [path.name for path in tmp_path.glob("new/*.mp4")] == ["rl-video-episode-1.mp4"]


@pytest.mark.parametrize("mode", list(AutoresetMode), ids=lambda mode: mode.name)
@pytest.mark.parametrize("kind", [SyncVectorEnv, AsyncVectorEnv])
def test_vector_environments_of_gymnasium(kind, mode, model):
    if kind is AsyncVectorEnv and mode == AutoresetMode.DISABLED:
        mode = AutoresetMode.SAME_STEP
    envs = kind([Corridor] * 2, autoreset_mode=mode)
    ended = 0
    for step in act(model, envs, seed=0):
        ended += int(step.terminated.sum())
        assert not (step.begins & step.valid & ~step.terminated).any()
        if ended >= 4:
            break
    envs.close()


def test_an_agent_and_its_model_do_the_same_in_a_vec_env(model):
    returns = [
        evaluate_policy(policy, make_vec_env(Corridor, 3, seed=5), 9, return_episode_rewards=True)
        for policy in (model, model.policy, model.agent)
    ]
    assert returns[0] == returns[1] == returns[2]


def test_copies_of_models_and_policies(model):
    for of in (lambda m: m.policy, lambda m: m.agent):
        again = pickle.loads(pickle.dumps(of(model)))
        seen = np.linspace(0, 1, 30, dtype=np.float32)[:, None]
        for deterministic in (True, False):
            wanted, _ = of(model).predict(seen, deterministic=deterministic)
            np.testing.assert_array_equal(
                again.predict(seen, deterministic=deterministic)[0], wanted
            )


def test_a_learned_agent_keeps_its_environment(model):
    env = model.get_env()
    model.agent.set_env(env)
    assert model.agent.get_env() is env
    assert evaluate_policy(model.agent, model.agent.get_env(), 2)[0] == 1.0
    assert pickle.loads(pickle.dumps(model.agent)).get_env() is None
    with pytest.raises(ValueError, match="observation_space"):
        model.agent.set_env(gym.make("CartPole-v1"))
