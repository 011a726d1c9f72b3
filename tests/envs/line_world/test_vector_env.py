import gymnasium as gym
import numpy as np
import pytest
from aifgym.envs import ContinuousLineWorldVectorEnv
from gymnasium.vector import AutoresetMode
from line_world_helpers import native, single


def test_make_vec_gives_the_native_environment():
    env = native(num_envs=3)
    assert type(env) is ContinuousLineWorldVectorEnv
    assert (env.num_envs, env.max_episode_steps) == (3, 8)
    assert env.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    others = single(num_envs=3)
    for name in ("observation_space", "action_space"):
        assert getattr(env, name) == getattr(others, name)
        assert getattr(env, f"single_{name}") == getattr(others, f"single_{name}")
    assert "ContinuousLineWorld-v0, num_envs=3" in repr(env)


def assert_same_info(ours, theirs):
    """Observations are random, all else is not."""
    assert ours.keys() == theirs.keys()
    for key, value in ours.items():
        if isinstance(value, dict):
            assert_same_info(value, theirs[key])
        elif key == "final_obs":
            assert [v is None for v in value] == [v is None for v in theirs[key]]
            assert all(v.shape == (2,) and v.dtype == np.float32 for v in value if v is not None)
        else:
            np.testing.assert_array_equal(value, theirs[key], err_msg=key)
            assert value.dtype == theirs[key].dtype, key


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_episodes_begin_and_end_as_in_gymnasiums_own_vector_environment(mode):
    # Without transition noise and with fixed starts, only observations are random.
    settings = {"transition_noise": 0.0, "max_episode_steps": 3, "target_state": 1}
    ours = native(autoreset_mode=mode, **settings)
    theirs = single(autoreset_mode=mode, **settings)
    assert_same_info(ours.reset(seed=0)[1], theirs.reset(seed=0)[1])
    rng, masked = np.random.default_rng(0), np.array([True, False, True, False])
    done = np.zeros(4, bool)
    for step in range(12):
        if mode is AutoresetMode.DISABLED and done.any():
            pair = [env.reset(options={"reset_mask": done.copy()}) for env in (ours, theirs)]
            assert_same_info(pair[0][1], pair[1][1])
        elif step == 4:  # episodes of different age from here on
            options = {"start_state": 3}
            pair = [e.reset(options=options | {"reset_mask": masked}) for e in (ours, theirs)]
            assert_same_info(pair[0][1], pair[1][1])
        actions = rng.integers(3, size=4)
        left, right = ours.step(actions), theirs.step(actions)
        for name, a, b in zip(("obs", "reward", "terminated", "truncated"), left, right):
            assert (a.shape, a.dtype) == (b.shape, b.dtype), name
            if name != "obs":
                np.testing.assert_array_equal(a, b, err_msg=f"{name} at step {step}")
        assert_same_info(left[4], right[4])
        done = left[2] | left[3]


def test_final_observation_is_of_the_state_that_ended():
    env = native(
        num_envs=2000, autoreset_mode="SameStep", transition_noise=0.0, max_episode_steps=1
    )
    env.reset(seed=0)
    observations, _, _, truncated, info = env.step(np.full(2000, 2))
    assert truncated.all()
    assert info["_final_obs"].all()
    assert (info["state"] == 0).all()
    assert (info["final_info"]["state"] == 1).all()
    means = env.world.means
    np.testing.assert_allclose(np.stack(info["final_obs"]).mean(axis=0), means[1], atol=0.1)
    np.testing.assert_allclose(observations.mean(axis=0), means[0], atol=0.1)


def test_a_seed_repeats_the_batch():
    def run(seed):
        env = native(start_state=None, target_state=None, max_episode_steps=3)
        steps = [env.reset(seed=seed)[0]]
        steps += [env.step(np.array([0, 1, 2, 2]))[0] for _ in range(8)]
        return np.stack(steps)

    np.testing.assert_array_equal(run(1), run(1))
    assert not np.array_equal(run(1), run(2))
    assert len(np.unique(run(1)[:, :, 0])) == 9 * 4, "two environments share a draw"


def test_what_step_returns_stays_as_it_was():
    env = native(start_state=None)
    env.reset(seed=0)
    first = env.step(np.ones(4, int))
    kept = [np.copy(array) for array in first[:4]] + [first[4]["state"].copy()]
    first[0][:] = 7  # nor does the environment mind what is done to it
    env.step(np.full(4, 2))
    for array, copy in zip([*first[1:4], first[4]["state"]], kept[1:]):
        np.testing.assert_array_equal(array, copy)
    assert not (env.reset(options={"reset_mask": np.eye(4, dtype=bool)[0]})[0] == 7).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_envs": 0}, "num_envs must be at least 1"),
        ({"colour": 1}, r"unknown keys \['colour'\]; allowed are \['emission_means'"),
        ({"max_episode_steps": 0}, "max_episode_steps must be at least 1"),
        ({"autoreset_mode": "never"}, "autoreset_mode must be one of"),
        ({"emission_scale": -1.0}, "emission_scale"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        native(**arguments)


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        ([0, 1, 2], r"4 integers"),
        ([0.0, 1.0, 2.0, 0.0], r"4 integers"),
        ([0, 1, 2, 3], "got 3"),
        ([0, 1, -1, 2], "got -1"),
    ],
)
def test_bad_actions_are_refused(actions, message):
    env = native()
    env.reset(seed=0)
    with pytest.raises(ValueError, match=message):
        env.step(np.array(actions))


def test_reset_comes_first():
    with pytest.raises(gym.error.ResetNeeded):
        native().step(np.ones(4, int))
    with pytest.raises(ValueError, match="first reset"):
        native().reset(options={"reset_mask": np.array([True, False, True, True])})
    env = native(autoreset_mode="Disabled", max_episode_steps=1)
    env.reset(seed=0)
    env.step(np.ones(4, int))
    with pytest.raises(gym.error.ResetNeeded, match=r"\[0, 1, 2, 3\] have ended"):
        env.step(np.ones(4, int))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"goal": 1}, "unknown keys"),
        ({"start_state": 9}, "start_state"),
        ({"reset_mask": np.ones(3, bool)}, "4 booleans"),
        ({"reset_mask": np.ones(4)}, "4 booleans"),
    ],
)
def test_bad_options_are_refused(options, message):
    env = native()
    env.reset(seed=0)
    with pytest.raises(ValueError, match=message):
        env.reset(options=options)


def test_gymnasiums_statistics_wrapper_runs_on_it():
    env = gym.wrappers.vector.RecordEpisodeStatistics(native(transition_noise=0.0))
    env.reset(seed=0)
    for _ in range(8):
        info = env.step(np.full(4, 2))[4]
    np.testing.assert_array_equal(info["episode"]["r"], [5.0] * 4)  # reached after 4 steps of 8
    np.testing.assert_array_equal(info["episode"]["l"], [8] * 4)
