import gymnasium as gym
import numpy as np
import pytest
from aifgym.agents.world_model.checking import batched
from aifgym.agents.world_model.memory import action_codes, first_memory, restarted, shifted
from aifgym.agents.world_model.spaces import (
    actions_of,
    check_observation_space,
    is_discrete,
    num_actions,
    vectors,
)
from aifgym.agents.world_model.storing import space_config, space_of
from aifgym.training.learners.world_model.experience import with_history
from gymnasium.vector.utils import batch_space
from world_model_helpers import walk

SPACES = {
    "box": gym.spaces.Box(-1, 1, (3,), np.float32),
    "matrix": gym.spaces.Box(-1, 1, (2, 3), np.float32),
    "discrete": gym.spaces.Discrete(4, start=2),
    "several": gym.spaces.MultiDiscrete([3, 4]),
    "flags": gym.spaces.MultiBinary(3),
    "dict": gym.spaces.Dict(a=gym.spaces.Box(0, 1, (2,), np.float32), b=gym.spaces.Discrete(3)),
    "tuple": gym.spaces.Tuple([gym.spaces.Discrete(2), gym.spaces.MultiBinary(2)]),
    "nested": gym.spaces.Dict(c=gym.spaces.Tuple([gym.spaces.Discrete(2)])),
}


@pytest.mark.parametrize("history", [2, 3])
def test_acting_remembers_what_learning_sees(history):
    experience = walk(80)
    learned = with_history(experience, history)
    memory = None
    starts = set(experience.first_steps.tolist())
    for step in range(len(experience)):
        seen = experience.observations[step][None]
        begins = step in starts
        memory = first_memory(seen, history, 2) if begins else shifted(memory, seen, 2)
        np.testing.assert_array_equal(memory.window[0], learned.observations[step])
        memory = memory._replace(action=experience.actions[step][None])
        after = shifted(memory, experience.next_observations[step][None], 2)
        np.testing.assert_array_equal(after.window[0], learned.next_observations[step])


def test_memories_restart_where_episodes_do():
    old = first_memory(np.ones((2, 1)), 2, 3)._replace(remaining=np.array([2, 2]))
    new = first_memory(np.zeros((2, 1)), 2, 3)
    mixed = restarted(old, np.array([True, False]), new)
    assert mixed.remaining.tolist() == [0, 2]
    np.testing.assert_array_equal(mixed.window, [new.window[0], old.window[1]])
    np.testing.assert_allclose(action_codes(3).sum(axis=0), 0, atol=1e-12)


@pytest.mark.parametrize("name", SPACES)
def test_observations_become_vectors_single_or_many(name):
    space = SPACES[name]
    many = batch_space(space, 5)
    many.seed(0)
    space.seed(0)
    found, shape = batched(many.sample(), space, True)
    single, none = batched(space.sample(), space, True)
    assert shape == (5,)
    assert none == ()
    assert found.shape[1:] == single.shape[1:]
    assert is_discrete(space) == (name not in ("box", "matrix", "dict"))
    check_observation_space(space)
    again = space_of(space_config(space))
    assert type(again) is type(space)
    np.testing.assert_array_equal(batched(many.sample(), again, True)[0].shape, found.shape)


def test_a_discrete_number_becomes_an_indicator_or_stays_a_number():
    space = SPACES["discrete"]
    np.testing.assert_array_equal(vectors([2, 5], space), np.eye(4)[[0, 3]])
    np.testing.assert_array_equal(vectors([2, 5], space, one_hot=False), [[2], [5]])


def test_images_are_averaged_over_blocks():
    space = gym.spaces.Box(0, 255, (24, 36, 1), np.uint8)
    image = np.zeros((1, 24, 36, 1), np.uint8)
    image[0, :2, :3] = 60
    found = vectors(image, space)
    assert found.shape == (1, 144)
    assert found[0, 0] == 60
    assert found.sum() == 60


@pytest.mark.parametrize(
    ("observation", "message"),
    [(np.zeros(4), r"shape \(3,\)"), (np.full(3, np.nan), "finite"), (np.zeros((1, 1, 3)), "N")],
)
def test_bad_observations_are_refused(observation, message):
    with pytest.raises(ValueError, match=message):
        batched(observation, SPACES["box"], True)


def test_joint_actions_are_numbered_and_named():
    space = gym.spaces.MultiDiscrete([2, 3])
    assert num_actions(space) == 6
    np.testing.assert_array_equal(
        actions_of(np.arange(6), space), [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]
    )
    np.testing.assert_array_equal(actions_of([0, 1], gym.spaces.Discrete(2, start=5)), [5, 6])
    with pytest.raises(ValueError, match="512"):
        num_actions(gym.spaces.MultiDiscrete([30, 30]))
    with pytest.raises(TypeError, match="discretise"):
        num_actions(gym.spaces.Box(-1, 1, (1,)))
    with pytest.raises(TypeError, match="observation_space"):
        check_observation_space(gym.spaces.Text(3))
