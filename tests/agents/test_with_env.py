import copy
import pickle

import gymnasium as gym
import numpy as np
import pytest
from aifgym.agents.with_env import WithEnv
from gymnasium import spaces
from helpers import ENV_ID
from stable_baselines3.common.env_util import make_vec_env


@pytest.mark.parametrize(
    "make",
    [
        lambda: gym.make(ENV_ID),
        lambda: gym.make_vec(ENV_ID, num_envs=2),
        lambda: gym.make_vec(ENV_ID, num_envs=2, vectorization_mode="sync"),
        lambda: make_vec_env(ENV_ID, 2),
    ],
    ids=["single", "native", "sync", "Stable-Baselines3"],
)
def test_an_agent_keeps_its_environment_and_its_copies_do_not(agent, make):
    assert agent.get_env() is None
    env = make()
    agent.set_env(env)
    assert agent.get_env() is env
    for again in (pickle.loads(pickle.dumps(agent)), copy.copy(agent)):
        assert again.get_env() is None
    agent.set_env(None)
    assert agent.get_env() is None
    env.close()


class Spaces(gym.Env):
    def __init__(self, observation_space, action_space):
        self.observation_space, self.action_space = observation_space, action_space


@pytest.mark.parametrize(
    ("observations", "actions", "message"),
    [
        (spaces.Box(-1, 1, (3,)), spaces.Discrete(3), "observation_space"),
        (spaces.Discrete(2), spaces.Discrete(3), "observation_space"),
        (spaces.Box(-1, 1, (2,)), spaces.Discrete(4), "action_space"),
        (spaces.Box(-1, 1, (2,)), spaces.Discrete(3, start=1), "action_space"),
        (spaces.Box(-1, 1, (2,)), spaces.MultiDiscrete([3]), "action_space"),
    ],
)
def test_other_spaces_are_refused(agent, observations, actions, message):
    with pytest.raises(ValueError, match=message):
        agent.set_env(Spaces(observations, actions))
    agent.set_env(Spaces(spaces.Box(-1, 1, (2,), np.float64), spaces.Discrete(3)))


class Guest(WithEnv):
    observation_space = spaces.Dict(
        place=spaces.Box(-1, 1, (2,)), cue=spaces.Tuple([spaces.Discrete(2), spaces.Discrete(3)])
    )
    action_space = spaces.MultiDiscrete([2, 3])


def test_parts_are_compared_one_by_one():
    guest, kept = Guest(), Guest.observation_space.spaces
    guest.set_env(Spaces(Guest.observation_space, Guest.action_space))
    others = [
        {"place": kept["place"]},
        {**kept, "place": spaces.Box(-1, 1, (3,))},
        {**kept, "cue": spaces.Tuple([spaces.Discrete(2)])},
        {**kept, "cue": spaces.Tuple([spaces.Discrete(2), spaces.Discrete(4)])},
    ]
    for other in others:
        with pytest.raises(ValueError, match="observation_space"):
            guest.set_env(Spaces(spaces.Dict(other), Guest.action_space))
    with pytest.raises(ValueError, match="action_space"):
        guest.set_env(Spaces(Guest.observation_space, spaces.MultiDiscrete([3, 2])))
