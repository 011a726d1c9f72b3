"""`fit` with a model that is given: encoders of its continuous modalities, without labels."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.training import TrainConfig, Trajectories, collect, fit
from aifgym.training.given_model import with_lists
from training_helpers import NoWorld

SHORT = TrainConfig(num_transitions=1200, num_restarts=2, train_steps=200)
MODALITIES = ("location", "outcome", "cue")
PLACES, COLUMNS = 5, 2


def maze(**kwargs) -> Any:
    return gym.make("aifgym.envs:ContinuousTMaze-v0", emission_scale=0.5, **kwargs)


def model_of(env, **settings) -> GenerativeModel:
    C = [3 * np.array(reward) for reward in env.unwrapped.rewards]
    return GenerativeModel(**env.unwrapped.model(), C=C, **settings)


def walked(env, num_steps: int) -> tuple[list, np.ndarray]:
    """Observations and states of random actions."""
    rng, seen, states = np.random.default_rng(5), [], []
    observation, info = env.reset(seed=5)
    for _ in range(num_steps):
        seen.append(observation)
        states.append(info["state"])
        observation, _, terminated, truncated, info = env.step(int(rng.integers(5)))
        if terminated or truncated:
            observation, info = env.reset()
    return seen, np.array(states)


@pytest.fixture(scope="module")
def trained():
    env = maze()
    return fit(NoWorld(env), SHORT, seed=3, model=model_of(env), modalities=MODALITIES)


def test_the_labels_of_a_location_are_those_of_the_model(trained):
    agent, history = trained
    seen, states = walked(maze(), 400)
    x = np.stack([one["location"] for one in seen])
    nearest = maze().unwrapped.log_likelihood("location", x).argmax(axis=1)
    found = np.asarray(agent.encoder.parts[0].logits(x)).argmax(axis=1)
    assert (found == states[:, 0]).mean() > (nearest == states[:, 0]).mean() - 0.02
    assert history.warnings == ()
    assert len(history.held_out_loss) == 2


def test_the_agent_is_one_of_the_environment_and_survives_its_file(trained, tmp_path):
    agent: Any = trained[0]
    env = maze()
    assert list(agent.encoder.names) == list(MODALITIES)
    assert agent.observation_space.spaces.keys() == env.observation_space.spaces.keys()
    agent.save(tmp_path / "maze.aif")
    loaded: Any = ActiveInferenceEncoderAgent.load(tmp_path / "maze.aif")
    for observation in walked(env, 10)[0]:
        np.testing.assert_array_equal(agent.predict(observation)[0], loaded.predict(observation)[0])
        for ours, theirs in zip(agent.beliefs, loaded.beliefs):
            np.testing.assert_allclose(ours, theirs)


def test_recorded_episodes_of_several_modalities_give_the_same_agent(trained, tmp_path):
    env = maze()
    data = collect(env, SHORT.num_transitions, None, seed=3)
    data.save(tmp_path / "data.npz")
    loaded = Trajectories.load(tmp_path / "data.npz")
    assert loaded.observations.keys() == set(MODALITIES)
    space: Any = loaded.observation_space
    assert space["location"] == env.observation_space["location"]
    again, history = fit(loaded, SHORT, seed=3, model=model_of(env), modalities=MODALITIES)
    np.testing.assert_array_equal(history.held_out_loss, trained[1].held_out_loss)
    ours, theirs = (agent.encoder.arrays() for agent in (again, trained[0]))
    for name in ours:
        np.testing.assert_array_equal(ours[name], theirs[name])


def test_a_model_of_single_arrays_is_one_of_lists():
    env: Any = gym.make("aifgym.envs:GridWorld-v0")
    given = env.unwrapped.model()
    A, B, D = (np.asarray(given[name][0]) for name in "ABD")
    single = GenerativeModel(A=A, B=B, D=D, C=np.arange(9.0), policy_len=2)
    lists = with_lists(single)
    assert lists.has_lists
    for name in ("A", "B", "C", "D"):
        np.testing.assert_array_equal(getattr(lists.joint, name), getattr(single.joint, name))


def test_whole_episodes_are_kept_whole():
    data = collect(maze(max_episode_steps=7), 60, None, seed=0)
    lengths = np.asarray(data.mask).sum(axis=1)
    assert lengths.max() == data.mask.shape[1] <= 8
    assert (np.asarray(data.observations["location"])[:, 0].std(axis=0) < 1).all()  # the centre


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"target_state": 1}, "model= says all that is known"),
        ({"modalities": ("location", "cue")}, "modalities must be the keys"),
        ({"source": "aifgym.envs:TMaze-v0"}, "all modalities are discrete"),
        ({"source": "aifgym.envs:ContinuousGridWorld-v0"}, "model has 3 modalities"),
        ({"model": None, "modalities": MODALITIES}, "modalities= needs model="),
    ],
)
def test_what_does_not_fit_is_named(arguments, named):
    given = {"source": maze(), "model": model_of(maze())} | arguments
    source = given.pop("source")
    env = gym.make(source) if isinstance(source, str) else source
    with pytest.raises(ValueError, match=named):
        fit(env, SHORT, **given)


class SeenAsImages(gym.ObservationWrapper):
    """A T-maze whose location is a bright stripe in a noisy image."""

    def __init__(self, env: gym.Env) -> None:
        super().__init__(env)
        space: Any = env.observation_space
        image = gym.spaces.Box(0, 255, (6, PLACES * COLUMNS, 1), np.uint8)
        self.observation_space = gym.spaces.Dict(dict(space.spaces) | {"location": image})

    def observation(self, observation):
        first = COLUMNS * int(observation["location"])
        image = self.np_random.integers(0, 120, size=(6, PLACES * COLUMNS, 1), dtype=np.uint8)
        image[:, first : first + COLUMNS] += 100
        return dict(observation) | {"location": image}


@pytest.mark.slow
def test_the_convolutions_of_an_image_modality_get_the_labels_of_the_model(tmp_path):
    env: Any = SeenAsImages(gym.make("aifgym.envs:TMaze-v0"))
    trained, history = fit(env, SHORT, seed=0, model=model_of(env))
    assert history.warnings == ()
    trained.save(tmp_path / "maze.aif")
    agent: Any = ActiveInferenceEncoderAgent.load(tmp_path / "maze.aif")
    assert agent.observation_space["location"] == env.observation_space["location"]
    seen, states = walked(env, 200)
    images = np.stack([one["location"] for one in seen])
    found = np.asarray(agent.encoder.parts[0].logits(images)).argmax(axis=1)
    assert (found == states[:, 0]).mean() > 0.97
    assert agent.action_space.contains(agent.predict(seen[0])[0])
