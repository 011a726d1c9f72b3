"""What every environment of ours owes Gymnasium and Stable-Baselines3; a new one adds its id."""

import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from helpers import ENV_ID
from stable_baselines3.common.env_checker import check_env as sb3_check_env

# As Gymnasium registers them; importing `aifgym.envs` does that.
IDS = [
    ENV_ID.split(":")[1],
    *(
        f"{kind}{name}-v0"
        for name in ("TMaze", "CueChaining", "GridWorld")
        for kind in ("", "Continuous")
    ),
]
# Episodes end by themselves or by this limit, so that every autoreset mode is seen at work.
LIMIT, NUM_ENVS, NUM_STEPS = 3, 4, 12


@pytest.fixture(params=IDS)
def env_id(request) -> str:
    return request.param


def vector(env_id, mode=AutoresetMode.NEXT_STEP, native=True):
    """The environment's own vector environment where it has one, or Gymnasium's around it."""
    ours = native and gym.spec(env_id).vector_entry_point is not None
    how = {"autoreset_mode": mode} if ours else {"vector_kwargs": {"autoreset_mode": mode}}
    return gym.make_vec(env_id, NUM_ENVS, None if ours else "sync", max_episode_steps=LIMIT, **how)


def steps(env, seed):
    """What `reset` and each `step` return under random actions, restarted where episodes end."""
    env.action_space.seed(seed)
    returned = [env.reset(seed=seed)]
    for _ in range(NUM_STEPS):
        returned.append(env.step(env.action_space.sample()))
        if returned[-1][2] or returned[-1][3]:
            returned.append(env.reset())
    return returned


def arrays(observations) -> list[np.ndarray]:
    return list(observations.values()) if isinstance(observations, dict) else [observations]


def test_every_registered_environment_is_tested():
    ours = {id for id, spec in gym.registry.items() if "aifgym." in str(spec.entry_point)}
    assert ours == set(IDS)


def test_gymnasiums_checker_only_mentions_the_infinite_bounds(env_id):
    env = gym.make(env_id, render_mode="rgb_array").unwrapped
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check_env(env)
    messages = [str(warning.message) for warning in caught]
    assert all("infinity" in message for message in messages), messages


def test_sb3s_checker_is_silent(env_id):
    sb3_check_env(gym.make(env_id))


def test_the_same_seed_gives_the_same_steps_and_another_seed_others(env_id):
    first, again, other = (steps(gym.make(env_id), seed) for seed in (3, 3, 4))
    np.testing.assert_equal(first, again)
    with pytest.raises(AssertionError):
        np.testing.assert_equal(first, other)


def test_what_is_returned_is_in_its_space_and_of_its_type(env_id):
    env = gym.make(env_id, max_episode_steps=LIMIT)
    for observation, *rest in steps(env, seed=0):
        assert env.observation_space.contains(observation)
        assert isinstance(rest[-1], dict)
        assert [type(value) for value in rest[:-1]] in ([], [float, bool, bool])


def test_a_step_before_the_first_reset_and_a_foreign_action_are_refused(env_id):
    with pytest.raises(gym.error.ResetNeeded):
        gym.make(env_id).unwrapped.step(0)
    env = gym.make(env_id).unwrapped
    env.reset(seed=0)
    with pytest.raises(ValueError, match="action"):
        env.step("no such action")


def test_the_vector_environment_has_the_spaces_of_gymnasiums_own(env_id):
    ours, theirs = vector(env_id), vector(env_id, native=False)
    for name in ("observation_space", "action_space"):
        assert getattr(ours, name) == getattr(theirs, name)
        assert getattr(ours, f"single_{name}") == getattr(theirs, f"single_{name}")
    assert ours.num_envs == NUM_ENVS
    assert ours.reset(seed=0)[1].keys() == theirs.reset(seed=0)[1].keys()


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_vector_episodes_end_as_the_autoreset_mode_says(env_id, mode):
    env = vector(env_id, mode)
    assert env.metadata["autoreset_mode"] is mode
    env.action_space.seed(0)
    observations, _ = env.reset(seed=0)
    ended, num_ended = np.zeros(NUM_ENVS, bool), 0
    for _ in range(NUM_STEPS):
        if mode is AutoresetMode.DISABLED and ended.any():
            before = observations
            observations, _ = env.reset(options={"reset_mask": ended})
            for now, then in zip(arrays(observations), arrays(before)):
                np.testing.assert_equal(now[~ended], then[~ended])
        observations, rewards, terminated, truncated, info = env.step(env.action_space.sample())
        assert env.observation_space.contains(observations)
        assert (rewards.shape, terminated.dtype, truncated.dtype) == ((NUM_ENVS,), bool, bool)
        if mode is AutoresetMode.NEXT_STEP:
            assert not (rewards != 0)[ended].any()
            assert not (terminated | truncated)[ended].any()
        ended = terminated | truncated
        num_ended += ended.sum()
        assert ("final_obs" in info) == (mode is AutoresetMode.SAME_STEP and ended.any())
        if "final_obs" in info:
            np.testing.assert_array_equal(info["_final_obs"], ended)
            for place in np.flatnonzero(ended):
                assert env.single_observation_space.contains(info["final_obs"][place])
    assert num_ended >= NUM_ENVS * 3


def test_the_same_seed_gives_the_same_batch(env_id):
    def run(seed):
        env = vector(env_id)
        env.action_space.seed(seed)
        found = [env.reset(seed=seed)[0]]
        return found + [env.step(env.action_space.sample())[0] for _ in range(NUM_STEPS)]

    np.testing.assert_equal(run(1), run(1))
    with pytest.raises(AssertionError):
        np.testing.assert_equal(run(1), run(2))
