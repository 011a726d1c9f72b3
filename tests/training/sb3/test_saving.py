import io
import pathlib
import zipfile

import numpy as np
import pytest
import torch
from aifgym.agents import WorldModelAgent
from aifgym.training.sb3 import ActiveInference, ActiveInferencePolicy
from sb3_helpers import assert_same_actions, assert_same_agents, model_of
from stable_baselines3.common.save_util import load_from_zip_file
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize
from world_model_helpers import Corridor


@pytest.fixture(scope="module")
def model() -> ActiveInference:
    return model_of(seed=2, novelty=0.5).learn(400)


@pytest.mark.parametrize("kind", ["box", "discrete", "dict"])
def test_a_loaded_model_acts_as_the_one_that_was_saved(kind, tmp_path):
    saved = model_of(Corridor(kind), seed=1).learn(400)
    saved.save(tmp_path / "model")
    loaded = ActiveInference.load(tmp_path / "model.zip")
    assert loaded.get_env() is None
    assert loaded.num_timesteps == 400
    assert loaded.observation_space == saved.observation_space
    assert_same_actions(saved, loaded, saved.observation_space)


@pytest.mark.parametrize(
    "make", [str, pathlib.Path, lambda path: io.BytesIO()], ids=["str", "path", "file"]
)
def test_paths_and_files(make, tmp_path, model):
    target = make(tmp_path / "model.zip")
    model.save(target)
    if isinstance(target, io.BytesIO):
        target.seek(0)
    assert_same_agents(ActiveInference.load(target).agent, model.agent)


@pytest.mark.parametrize("kind", ["box", "discrete"])
def test_a_loaded_model_goes_on_as_the_one_that_was_saved(kind, tmp_path):
    saved = model_of(Corridor(kind), seed=2).learn(400)
    saved.save(tmp_path / "model.zip")
    loaded = ActiveInference.load(tmp_path / "model.zip", env=Corridor(kind))
    saved.learn(200, reset_num_timesteps=False)
    loaded.learn(200, reset_num_timesteps=False)
    assert_same_agents(saved.agent, loaded.agent)
    assert loaded.num_timesteps == 600


def test_other_environments_and_settings_when_it_is_loaded(tmp_path, model):
    model.save(tmp_path / "model.zip")
    envs = DummyVecEnv([Corridor] * 2)
    loaded = ActiveInference.load(tmp_path / "model.zip", env=envs, novelty=2.0, verbose=0)
    assert loaded.n_envs == 2
    assert loaded.config.novelty == 2.0
    assert loaded.config.num_states == 40
    loaded.learn(100, reset_num_timesteps=False)
    with pytest.raises(ValueError, match="spaces do not match"):
        ActiveInference.load(tmp_path / "model.zip", env=Corridor("discrete"))


def test_the_file_holds_no_pickle_of_ours(tmp_path, model):
    model.save(tmp_path / "model.zip")
    data, params, variables = load_from_zip_file(tmp_path / "model.zip")
    assert set(params) == {"policy", "rounds"}
    assert not variables
    assert not {"policy", "rounds", "env"} & set(data)
    with zipfile.ZipFile(tmp_path / "model.zip") as archive:
        for name in ("policy.pth", "rounds.pth"):
            with archive.open(name) as file:
                stored = torch.load(file, weights_only=True)
            assert all(isinstance(tensor, torch.Tensor) for tensor in stored.values())


def test_attributes_can_be_left_out_or_put_in(tmp_path, model):
    model.save(tmp_path / "model.zip", exclude=["ep_info_buffer"], include=["_custom_logger"])
    data, _, _ = load_from_zip_file(tmp_path / "model.zip")
    assert "ep_info_buffer" not in data
    assert "_custom_logger" in data


def test_parameters_go_from_one_model_to_another(model):
    other = model_of(seed=9)
    parameters = model.get_parameters()
    other.set_parameters(parameters)
    assert_same_agents(other.agent, model.agent)
    assert other.rounds.steps == 400
    only_policy = model_of(seed=9)
    with pytest.raises(ValueError, match="do not match"):
        only_policy.set_parameters({"policy": parameters["policy"]})
    only_policy.set_parameters({"policy": parameters["policy"]}, exact_match=False)
    assert_same_agents(only_policy.agent, model.agent)
    assert only_policy.rounds.steps == 0
    with pytest.raises(ValueError, match="invalid object name"):
        other.set_parameters({"optimizer": {}})


def test_parameters_that_are_none_are_refused(model):
    parameters = model.get_parameters()
    renamed = {**parameters["policy"], "weights": torch.zeros(3)}
    with pytest.raises(RuntimeError, match="weights"):
        model_of().set_parameters({**parameters, "policy": renamed})
    damaged = {k: v for k, v in parameters["policy"].items() if k != "arrays.member0.rewards"}
    with pytest.raises(RuntimeError, match=r"member0\.rewards"):
        model_of().set_parameters({**parameters, "policy": damaged})
    with pytest.raises(RuntimeError, match="no rounds"):
        model_of().set_parameters({**parameters, "rounds": {"0.note": torch.zeros(3)}})


def test_a_model_that_has_learned_nothing_is_saved_too(tmp_path):
    model_of(seed=1).save(tmp_path / "model.zip")
    loaded = ActiveInference.load(tmp_path / "model.zip", env=Corridor())
    assert loaded.policy.agent is None
    assert_same_agents(loaded.learn(300).agent, model_of(seed=1).learn(300).agent)


def test_policies_are_saved_alone(tmp_path, model):
    model.policy.save(tmp_path / "policy.pth")
    loaded = ActiveInferencePolicy.load(tmp_path / "policy.pth")
    assert_same_agents(loaded.agent, model.agent)
    assert_same_actions(loaded, model, model.observation_space)


def test_the_agent_has_a_file_of_its_own(tmp_path, model):
    model.agent.save(tmp_path / "agent.aif")
    assert_same_agents(WorldModelAgent.load(tmp_path / "agent.aif"), model.agent)


def test_another_goal_is_kept(tmp_path, model):
    loaded = model_of(seed=1)
    loaded.set_parameters(model.get_parameters())
    loaded.policy.agent = model.agent.with_goal(observation=np.float32([0.2]))
    loaded.save(tmp_path / "model.zip")
    again = ActiveInference.load(tmp_path / "model.zip")
    assert_same_agents(again.agent, loaded.agent)


def test_the_statistics_of_a_vec_normalize_are_kept_with_the_model(tmp_path):
    env = VecNormalize(DummyVecEnv([lambda: Corridor(scale=50)]))
    saved = model_of(env, seed=1).learn(500)
    saved.save(tmp_path / "model.zip")
    loaded = ActiveInference.load(tmp_path / "model.zip")
    for raw in np.linspace(0, 50, 20, dtype=np.float32)[:, None]:
        wanted, _ = saved.agent.predict(raw)
        shown = env.normalize_obs(raw)
        assert loaded.predict(shown, deterministic=True)[0] == wanted
        assert saved.predict(shown, deterministic=True)[0] == wanted
    on_raw = ActiveInference.load(tmp_path / "model.zip", env=Corridor(scale=50))
    assert on_raw.predict(np.float32([20]), deterministic=True)[0] == 2
