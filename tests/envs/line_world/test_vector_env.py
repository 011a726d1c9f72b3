import gymnasium as gym
import numpy as np
import pytest
from aifgym.envs import ContinuousLineWorldVectorEnv, LineWorld
from gymnasium.vector import AutoresetMode
from helpers import assert_transitions_follow_b
from scipy import stats

ID = "ContinuousLineWorld-v0"
# Chance of a false alarm of each statistical test; seeds are fixed.
ALPHA = 1e-4


def native(num_envs=4, **kwargs) -> ContinuousLineWorldVectorEnv:
    return gym.make_vec(ID, num_envs=num_envs, **kwargs)


def single(num_envs=4, autoreset_mode=AutoresetMode.NEXT_STEP, **kwargs):
    return gym.make_vec(
        ID,
        num_envs=num_envs,
        vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": autoreset_mode},
        **kwargs,
    )


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


@pytest.mark.parametrize("noise", [0.0, 0.3, 1.0])
def test_transitions_follow_b(noise):
    world = LineWorld(num_states=4, transition_noise=noise)
    env = native(num_envs=20_000, num_states=4, transition_noise=noise, start_state=None)
    _, info = env.reset(seed=3)
    before, actions = info["state"], np.random.default_rng(0).integers(3, size=20_000)
    after = env.step(actions)[4]["state"]
    assert_transitions_follow_b(world, before, actions, after)


def test_starts_targets_and_rewards():
    env = native(num_envs=10_000, start_state=None, target_state=None)
    _, info = env.reset(seed=0)
    pairs = np.bincount(info["state"] * 5 + info["target_state"], minlength=25)
    assert stats.chisquare(pairs).pvalue > ALPHA
    _, reward, _, _, info = env.step(np.ones(10_000, int))
    np.testing.assert_array_equal(reward, info["state"] == info["target_state"])


def test_observations_are_distributed_as_those_of_single_environments():
    settings = {"start_state": 2, "emission_scale": 1.5, "transition_noise": 0.0}
    ours = native(num_envs=5000, **settings).reset(seed=0)[0]
    one = gym.make(ID, **settings)
    theirs = np.stack([one.reset(seed=seed)[0] for seed in range(5000)])
    for axis in range(2):
        assert stats.ks_2samp(ours[:, axis], theirs[:, axis]).pvalue > ALPHA
    covariance = np.cov(ours.T)
    np.testing.assert_allclose(covariance, 1.5**2 * np.eye(2), atol=0.2)


def test_whole_episodes_bring_the_return_of_single_environments():
    env = native(num_envs=4000, target_state=2, start_state=None)
    env.reset(seed=0)
    rng = np.random.default_rng(0)
    ours = sum(env.step(rng.integers(3, size=4000))[1] for _ in range(8))
    one, theirs = gym.make(ID, target_state=2, start_state=None), []
    one.reset(seed=0)
    for _ in range(1000):
        theirs.append(sum(one.step(int(rng.integers(3)))[1] for _ in range(8)))
        one.reset()
    assert stats.ttest_ind(ours, theirs).pvalue > ALPHA


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


def test_each_environment_shows_its_own_moment():
    env = native(start_state=None, target_state=None, render_mode="ansi")
    _, info = env.reset(seed=0)
    assert [line.startswith("step 0 | action none") for line in env.render()] == [True] * 4
    info = env.step(np.array([0, 1, 2, 2]))[4]
    lines = env.render()
    for line, state, target, name in zip(
        lines, info["state"], info["target_state"], ["back", "stay", "forward", "forward"]
    ):
        assert line.startswith(f"step 1 | action {name}")
        assert (f"[{state}]" in line) or (f"[({state})]" in line)
        assert f"({target})" in line
    assert native().metadata["render_modes"] == ["ansi", "rgb_array"]
    with pytest.raises(ValueError, match="render_mode"):
        native(render_mode="human")


def test_frames_and_the_grid_are_those_of_single_environments():
    settings = {"transition_noise": 0.0, "render_mode": "rgb_array"}
    env = native(num_envs=3, **settings)
    env.reset(seed=0)
    env.step(np.array([2, 2, 2]))
    frames = env.render()
    assert len(frames) == 3
    single_env = gym.make(ID, **settings)
    single_env.reset(seed=0)
    single_env.step(2)
    theirs = single_env.render()
    assert frames[0].shape == theirs.shape
    different = (frames[0] != theirs).any(axis=2).mean()
    assert 0 < different < 0.01, "all but the observation's cross is the same"
    grid = env.render_grid(num_tiles=9)
    assert grid.shape[2] == 3
    assert len(np.unique(grid.reshape(-1, 3), axis=0)) > 5
    assert env.render_grid(num_tiles=1).shape == (520, 640, 3)
