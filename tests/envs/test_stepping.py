import gymnasium as gym
import numpy as np
import pytest
from aifgym.envs.acting import act_by
from aifgym.envs.stepping import EnvironmentList
from aifgym.envs.vectors import environments
from gymnasium.vector import AutoresetMode, SyncVectorEnv


class Stairs(gym.Env):
    """Shows how far it went in the episode; of `length` steps, each of which brings 1."""

    observation_space = gym.spaces.Discrete(10)
    action_space = gym.spaces.Discrete(3)

    def __init__(self, length: int) -> None:
        self.length, self.seeds, self.actions = length, [], []

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.seeds.append(seed)
        self.at = 0
        return 0, {"secret": 100}

    def step(self, action):
        assert self.at < self.length, "nobody acts after the end"
        self.actions.append(action)
        self.at += 1
        return self.at, 1.0, self.at == self.length, False, {"secret": 100 + self.at}


def stay(observations, episode_start):
    return np.ones(len(observations), int)


def stay_in_a_list(observations, episode_start):
    return [1] * len(observations)


@pytest.mark.parametrize("choose", [stay, stay_in_a_list])
def test_an_environment_that_stops_is_acted_in_no_more(choose):
    envs = [Stairs(2), Stairs(5), Stairs(3)]
    steps = list(act_by(choose, EnvironmentList(envs, restart=False), seed=7))
    assert len(steps) == 5
    np.testing.assert_array_equal(sum(step.reward for step in steps), [2, 5, 3])
    np.testing.assert_array_equal(sum(step.valid for step in steps), [2, 5, 3])
    assert not any(step.begins.any() for step in steps)
    assert [env.seeds for env in envs] == [[7], [8], [9]]
    # What tables of environments are looked up by.
    assert {type(action) for env in envs for action in env.actions} == {int}


def single(length):
    return EnvironmentList([Stairs(length)])


def disabled(length):
    kind = gym.vector.SyncVectorEnv
    return environments(kind([lambda: Stairs(length)], autoreset_mode=AutoresetMode.DISABLED))


@pytest.mark.parametrize("make", [single, disabled])
def test_nothing_is_reset_that_nobody_goes_on_with(make):
    worlds = make(2)
    (env,) = worlds._envs if make is single else worlds._env.envs
    steps = act_by(stay, worlds, seed=0)
    first, second = next(steps), next(steps)
    assert (first.begins.item(), second.begins.item()) == (False, True)
    assert len(env.seeds) == 1
    third = next(steps)
    assert len(env.seeds) == 2
    assert (third.episode_start.item(), third.observation.item()) == (True, 0)
    assert (second.next_observation.item(), third.next_observation.item()) == (2, 1)


def test_what_counts_as_observation_is_said():
    worlds = EnvironmentList([Stairs(2)], see=lambda observation, info: info["secret"])
    seen = [step.observation.item() for step, _ in zip(act_by(stay, worlds, 0), range(4))]
    assert seen == [100, 101, 100, 101]


def test_a_seed_is_that_of_the_first_environment():
    """As of Gymnasium's vector environments."""
    listed = [Stairs(3) for _ in range(3)]
    EnvironmentList(listed).reset(5)
    vector = SyncVectorEnv([lambda: Stairs(3)] * 3)
    vector.reset(seed=5)
    assert [env.seeds for env in listed] == [env.seeds for env in vector.envs]


def test_rewards_that_are_no_numbers_are_left_to_who_reads_them():
    class Silent(Stairs):
        def step(self, action):
            observation, _, *rest = super().step(action)
            return observation, None, *rest

    step = next(act_by(stay, EnvironmentList([Silent(2)]), 0))
    assert np.isnan(step.reward).all()
