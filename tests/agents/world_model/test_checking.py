from types import SimpleNamespace

import gymnasium as gym
import numpy as np
import pytest
from aifgym.agents.world_model.checking import batched, recalled
from aifgym.agents.world_model.memory import first_memory

WORLD = SimpleNamespace(history=2, num_actions=3, lengths=np.full((2, 3), 4))
SEEN = np.zeros((2, 1))
GOOD = tuple(first_memory(SEEN, 2, 3))


@pytest.mark.parametrize(
    "state",
    [
        7,
        {},
        "abc",
        {"a": 1, "b": 2, "c": 3},
        GOOD[:2],
        (GOOD[0] + np.nan, *GOOD[1:]),
        (GOOD[0], GOOD[1] + 3, GOOD[2]),
        (GOOD[0], GOOD[1] - 1, GOOD[2]),
        (GOOD[0], GOOD[1] + 0.5, GOOD[2]),
        (GOOD[0], GOOD[1], GOOD[2][:1]),
        (GOOD[0], GOOD[1], GOOD[2] + 4),
        (GOOD[0], GOOD[1], GOOD[2] - 1),
        (GOOD[0] + 1e300, *GOOD[1:]),
        (np.ma.masked_array(GOOD[0]), *GOOD[1:]),
        (GOOD[0].astype(str), *GOOD[1:]),
    ],
)
def test_what_is_no_state_is_refused_by_name(state):
    with pytest.raises(ValueError, match=r"^state must"):
        recalled(state, None, SEEN, WORLD)


@pytest.mark.parametrize("start", ["False", [np.nan, 0.0], [2, 0], [True], True, {}], ids=str)
def test_what_says_not_where_episodes_start_is_refused_by_name(start):
    assert recalled(GOOD, [True, False], SEEN, WORLD).window.shape == GOOD[0].shape
    for state in (GOOD, None):
        with pytest.raises(ValueError, match=r"^episode_start must"):
            recalled(state, start, SEEN, WORLD)


@pytest.mark.parametrize(
    "observation",
    [np.ma.masked_array([1.0], [True]), ["1"], (np.zeros(1), {}), [10**400], None, {"x": 1}],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_observation_is_refused_by_name(observation):
    box = gym.spaces.Box(0, 1, (1,))
    assert batched([0.5], box, True)[1] == ()
    for space in (box, gym.spaces.Dict({"a": box}), gym.spaces.Tuple([box, box, box])):
        with pytest.raises(ValueError, match=r"^observation must"):
            batched(observation, space, True)
