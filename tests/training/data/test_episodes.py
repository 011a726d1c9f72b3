import dataclasses

import gymnasium as gym
import minari
import numpy as np
import pytest
from aifgym.training import collect_episodes
from aifgym.training.recordings import from_minari, from_replay_buffer, recorded
from aifgym.training.sb3.buffers import replay_buffer
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from stable_baselines3 import DQN
from stable_baselines3.common.vec_env import DummyVecEnv
from world_model_helpers import Corridor


class Clock(gym.Env):
    """Shows the time and the action before; every other episode of 4 steps is cut, not ended."""

    observation_space = gym.spaces.Box(0, 9, (2,), np.float32)
    action_space = gym.spaces.Discrete(3, start=1)

    def __init__(self):
        self.number = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time, self.number = 0, self.number + 1
        return np.zeros(2, np.float32), {}

    def step(self, action):
        self.time += 1
        over, ends = self.time == 4, self.number % 2 == 1
        seen = np.float32([self.time, action])
        return seen, 10.0 * self.time + action, over and ends, over and not ends, {}


WORLDS = {
    "single": Clock,
    "next step": lambda: SyncVectorEnv([Clock] * 2, autoreset_mode=AutoresetMode.NEXT_STEP),
    "same step": lambda: SyncVectorEnv([Clock] * 2, autoreset_mode=AutoresetMode.SAME_STEP),
    "Stable-Baselines3": lambda: DummyVecEnv([Clock] * 2),
}


@pytest.mark.parametrize("name", WORLDS)
def test_episodes_are_kept_whole(name):
    found = collect_episodes(None, WORLDS[name](), 18, seed=0)
    assert found.num_steps >= 18
    flags = []
    for seen, actions, rewards, terminated in found.episodes:
        length = len(actions)
        np.testing.assert_array_equal(seen[:, 0], np.arange(length + 1))
        np.testing.assert_array_equal(seen[1:, 1], actions)
        np.testing.assert_array_equal(rewards, 10.0 * np.arange(1, length + 1) + actions)
        assert set(actions) <= {1, 2, 3}
        flags.append(terminated)
        assert length == 4 or not terminated
    whole = [flag for flag, episode in zip(flags, found.episodes) if len(episode.actions) == 4]
    assert set(whole) == {True, False}


class Third:
    def predict(self, observation, state=None, episode_start=None, deterministic=False):
        return np.full(len(observation), 3), state


def test_an_agent_chooses_and_the_same_seed_collects_the_same():
    found = collect_episodes(Third(), Clock(), 6)
    assert found.transitions()["acts"].tolist() == [3] * 6
    first, again, other = (
        collect_episodes(None, Corridor(), 60, seed=seed).transitions() for seed in (1, 1, 2)
    )
    for name in ("obs", "acts", "rews", "next_obs", "dones"):
        np.testing.assert_array_equal(first[name], again[name])
    assert first["acts"].tolist() != other["acts"].tolist()
    with pytest.raises(ValueError, match="num_steps"):
        collect_episodes(None, Clock(), 0)


def test_transitions_are_those_of_imitation():
    found = collect_episodes(None, Clock(), 8)
    columns = found.transitions()
    assert {name: len(column) for name, column in columns.items()} == dict.fromkeys(
        ("obs", "next_obs", "acts", "rews", "dones", "infos"), 8
    )
    # The second episode is cut: for who learns from it, it goes on.
    assert np.flatnonzero(columns["dones"]).tolist() == [3]
    assert columns["obs"].dtype == np.float32
    inside = columns["next_obs"][:, 0] < 4
    np.testing.assert_array_equal(
        columns["next_obs"][:-1][inside[:-1]], columns["obs"][1:][inside[:-1]]
    )


def experience_of(found):
    """What the transitions are as experience, without any file or buffer between."""
    columns = found.transitions()
    seen = columns["obs"], columns["acts"], columns["rews"], columns["next_obs"]
    last = np.concatenate([np.arange(len(e.actions)) == len(e.actions) - 1 for e in found.episodes])
    return recorded(*seen, columns["dones"], last, num_actions=3)


def assert_equal(first, second):
    for field in dataclasses.fields(first):
        ours, theirs = getattr(first, field.name), getattr(second, field.name)
        np.testing.assert_array_equal(ours, theirs, err_msg=field.name)


@pytest.mark.filterwarnings("ignore::UserWarning:minari")
@pytest.mark.parametrize("kind", ["box", "discrete", "dict"])
def test_a_minari_dataset_is_read_back_equal(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    found = collect_episodes(None, DummyVecEnv([lambda: Corridor(kind)] * 2), 150)
    found.to_minari(f"corridor/{kind}-v0")
    assert (tmp_path / "corridor" / f"{kind}-v0" / "data" / "main_data.hdf5").exists()
    again = minari.load_dataset(f"corridor/{kind}-v0")
    assert (again.observation_space, again.action_space) == (
        found.observation_space,
        found.action_space,
    )
    assert again.total_steps == found.num_steps
    for episode, theirs in zip(found.episodes, again.iterate_episodes(), strict=True):
        np.testing.assert_equal(theirs.observations, episode.observations)
        np.testing.assert_array_equal(theirs.actions, episode.actions)
        np.testing.assert_array_equal(theirs.rewards, episode.rewards)
        assert theirs.terminations.sum() == episode.terminated
        assert theirs.truncations.sum() == (not episode.terminated)
    if kind != "dict":
        assert_equal(from_minari(again), experience_of(found))


@pytest.mark.filterwarnings("ignore::UserWarning:minari")
def test_images_are_stored_without_loss(tmp_path, monkeypatch):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    space = gym.spaces.Box(0, 255, (8, 8, 3), np.uint8)
    env = gym.wrappers.TransformObservation(
        Clock(), lambda seen: np.full((8, 8, 3), 20 * seen[0] + 3 * seen[1], np.uint8), space
    )
    found = collect_episodes(None, env, 5)
    stored = found.to_minari("clock/images-v0")
    for episode, theirs in zip(found.episodes, stored.iterate_episodes(), strict=True):
        np.testing.assert_array_equal(theirs.observations, episode.observations)


def test_a_replay_buffer_is_read_back_equal():
    found = collect_episodes(None, DummyVecEnv([Corridor] * 2), 150)
    buffer = replay_buffer(found)
    assert buffer.full
    assert_equal(from_replay_buffer(buffer), experience_of(found))
    # Actions of this one count from 1, those of experience from 0.
    counted = collect_episodes(None, Clock(), 12)
    actions = from_replay_buffer(replay_buffer(counted)).actions
    np.testing.assert_array_equal(actions, counted.transitions()["acts"] - 1)
    newest = replay_buffer(found, 50)
    np.testing.assert_array_equal(
        from_replay_buffer(newest).observations, experience_of(found).observations[-50:]
    )


def test_dqn_learns_from_it():
    found = collect_episodes(None, Corridor(), 200)
    model = DQN("MlpPolicy", Corridor(), device="cpu", learning_starts=0)
    model.replay_buffer = replay_buffer(found)
    model.learn(1)  # makes what training needs
    model.replay_buffer = replay_buffer(found)
    before = [parameter.clone() for parameter in model.q_net.parameters()]
    model.train(gradient_steps=2, batch_size=32)
    assert any((old != new).any() for old, new in zip(before, model.q_net.parameters()))


def test_parts_of_observations_are_kept_apart():
    found = collect_episodes(None, Corridor("dict"), 40)
    buffer = replay_buffer(found)
    np.testing.assert_array_equal(
        buffer.observations["place"][:, 0], found.transitions()["obs"]["place"]
    )
    np.testing.assert_array_equal(
        buffer.next_observations["cell"].reshape(-1), found.transitions()["next_obs"]["cell"]
    )
