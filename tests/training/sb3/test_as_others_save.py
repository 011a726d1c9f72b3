"""What SB3 asks of its algorithms' files, callbacks and environments, asked of ours."""

import copy
import tempfile
import warnings

import numpy as np
import pytest
from aifgym.training.sb3 import ActiveInference
from sb3_helpers import assert_same_actions, assert_same_agents, model_of
from stable_baselines3.common.callbacks import (
    CallbackList,
    CheckpointCallback,
    ConvertCallback,
    EvalCallback,
    EveryNTimesteps,
    StopTrainingOnMaxEpisodes,
)
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import (
    DummyVecEnv,
    VecFrameStack,
    VecNormalize,
    sync_envs_normalization,
    unwrap_vec_normalize,
)
from world_model_helpers import Corridor


@pytest.fixture(scope="module")
def model() -> ActiveInference:
    return model_of(seed=4).learn(400)


def test_what_is_missing_in_parameters_is_found(model):
    parameters = copy.deepcopy(model.get_parameters())
    other = model_of(seed=5)
    with pytest.raises(ValueError, match="do not match"):
        other.set_parameters(dict(list(parameters.items())[:-1]), exact_match=True)
    for name in parameters:
        shorter = dict(list(parameters[name].items())[:-1])
        with pytest.raises(RuntimeError):
            other.set_parameters({**parameters, name: shorter}, exact_match=True)
    other.set_parameters(parameters)
    assert_same_agents(other.agent, model.agent)


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_a_file_is_loaded_to_each_device_and_learning_goes_on(device, model, tmp_path):
    model.save(tmp_path / "model.zip")
    loaded = ActiveInference.load(str(tmp_path / "model.zip"), env=Corridor(), device=device)
    assert loaded.device.type == loaded.policy.device.type == "cpu"
    ours, theirs = model.get_parameters(), loaded.get_parameters()
    for name, tensors in ours.items():
        assert tensors.keys() == theirs[name].keys()
        assert all((tensors[key] == theirs[name][key]).all() for key in tensors)
    assert loaded.learn(100, reset_num_timesteps=False).num_timesteps == 500


def test_environments_change_and_steps_are_counted_on(tmp_path):
    make = lambda: DummyVecEnv([Corridor])  # noqa: E731
    model = model_of(make(), seed=0).learn(64)
    model.set_env(make(), force_reset=True)
    assert model._last_obs is None
    assert model.learn(64, reset_num_timesteps=True).num_timesteps == 64
    model.set_env(Corridor())
    model.learn(64)
    with pytest.raises(AssertionError, match="number of environments"):
        model.set_env(DummyVecEnv([Corridor] * 2))
    model.set_env(model.get_env(), force_reset=False)
    assert model._last_obs is not None
    assert model.learn(64, reset_num_timesteps=False).num_timesteps == 128
    model.save(tmp_path / "model")
    kept = ActiveInference.load(tmp_path / "model", env=model.get_env(), force_reset=False)
    assert kept._last_obs is not None
    assert kept.learn(64, reset_num_timesteps=False).num_timesteps == 192
    other = ActiveInference.load(tmp_path / "model", env=Corridor(), force_reset=True)
    assert other._last_obs is None
    assert other.learn(64, reset_num_timesteps=False).num_timesteps == 192


def test_what_is_saved_can_be_chosen_and_replaced(tmp_path, capsys):
    model_of(verbose=2).save(tmp_path / "model", exclude=["verbose"])
    loaded = ActiveInference.load(tmp_path / "model.zip")
    assert loaded.verbose != 2
    loaded.verbose = 2
    loaded.save(tmp_path / "model", exclude=["verbose"], include=["verbose"])
    capsys.readouterr()
    given = {"learning_rate": 2e-5, "novelty": 0.25, "dummy": 1.0}
    path = tmp_path / "model.zip"
    again = ActiveInference.load(path, custom_objects=given, print_system_info=True)
    assert (again.verbose, again.learning_rate, again.config.novelty) == (2, 2e-5, 0.25)
    assert not hasattr(again, "dummy")
    assert "Stable-Baselines3" in capsys.readouterr().out


def test_no_file_is_left_open(tmp_path, model):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for target in (tmp_path / "model", str(tmp_path / "other")):
            model.save(target)
            ActiveInference.load(target)
        with tempfile.TemporaryFile() as file:
            model.save(file)
            assert_same_agents(ActiveInference.load(file).agent, model.agent)
            assert not file.closed


def test_a_policy_of_an_image_file_acts_alone(tmp_path):
    model = model_of(Corridor("dict"), seed=1).learn(300)
    model.policy.save(tmp_path / "policy.pkl")
    loaded = type(model.policy).load(tmp_path / "policy.pkl", device="cpu")
    assert_same_actions(loaded, model.policy, model.observation_space)


def test_callbacks_share_what_they_see(tmp_path):
    model = model_of(seed=0)
    saving = CheckpointCallback(1000, str(tmp_path))
    inner = CheckpointCallback(1, str(tmp_path), "event")
    every = EveryNTimesteps(200, inner)
    evaluating = EvalCallback(Corridor(), eval_freq=150, n_eval_episodes=2, warn=False, verbose=0)
    together = CallbackList([saving, evaluating, every, StopTrainingOnMaxEpisodes(1000)])
    model.learn(400, callback=together)
    assert model.observation_space.contains(together.locals["new_obs"][0])
    for callback in (saving, inner, every):
        assert callback.locals["new_obs"] is together.locals["new_obs"]
    assert every.num_timesteps == every.n_calls == model.num_timesteps == 400
    assert {path.name for path in tmp_path.glob("event*")} == {
        "event_200_steps.zip", "event_400_steps.zip",
    }  # fmt: skip
    model.learn(100, callback=[saving, evaluating])
    model.learn(100, callback=ConvertCallback(lambda shown, others: True))


def test_it_stops_after_an_episode_of_each_environment():
    class Four(Corridor):
        def step(self, action):
            seen, *_ = super().step(action)
            return seen, 0.0, False, self.age >= 4, {"is_success": True}

    callback = StopTrainingOnMaxEpisodes(1, verbose=0)
    model = model_of(make_vec_env(Four, 2, seed=0)).learn(1000, callback)
    assert (callback.n_episodes, model.num_timesteps) == (2, 8)
    evaluating = EvalCallback(make_vec_env(Four, 3), eval_freq=100, warn=False, verbose=0)
    model.learn(200, evaluating)
    assert np.mean(evaluating._is_success_buffer) == 1
    assert np.mean(model.ep_success_buffer) == 1


@pytest.mark.parametrize("kind", ["box", "dict"])
def test_normalized_observations_of_another_environment(kind):
    keys = None if kind == "box" else ["place"]
    make = lambda **options: VecNormalize(  # noqa: E731
        make_vec_env(lambda: Corridor(kind, scale=30), 1, seed=0), norm_obs_keys=keys, **options
    )
    env, eval_env = make(), make(training=False, norm_reward=False)
    model = model_of(env, seed=1)
    assert model.get_vec_normalize_env() is env is unwrap_vec_normalize(model.get_env())
    callback = EvalCallback(eval_env, eval_freq=200, n_eval_episodes=2, verbose=0)
    model.learn(400, callback)
    assert callback.last_mean_reward == 1.0
    sync_envs_normalization(env, eval_env)
    model.set_env(eval_env)
    assert model.get_vec_normalize_env() is eval_env
    assert evaluate_policy(model, eval_env, 3)[0] == 1.0
    if kind == "box":
        stacked = model_of(VecFrameStack(make(), 2), seed=1).learn(300)
        assert isinstance(stacked.get_vec_normalize_env(), VecNormalize)


def test_the_model_of_a_monitored_environment_says_what_its_episodes_brought():
    model = model_of(Monitor(Corridor()), seed=0).learn(300)
    told = [episode["r"] for episode in model.ep_info_buffer]
    assert told == model.get_env().env_method("get_episode_rewards")[0][: len(told)]
    assert model.get_env().get_attr("kind") == ["box"]
