import copy
import pickle
import subprocess
import sys

import gymnasium as gym
import numpy as np
import pytest
from aifgym.envs import ContinuousLineWorldEnv, LineWorld
from helpers import ENV_ID
from scipy import stats


def test_made_from_any_folder_without_jax_or_torch(tmp_path):
    code = (
        f"import sys, gymnasium; gymnasium.make('{ENV_ID}').reset(seed=0);"
        "print([m for m in ('jax', 'torch', 'pygame') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_a_pickled_environment_goes_on_with_the_same_stream():
    env = gym.make(ENV_ID, render_mode="rgb_array")
    env.reset(seed=0)
    env.render()
    for copied in (pickle.loads(pickle.dumps(env)), copy.deepcopy(env)):
        reference = copy.deepcopy(env)
        for _ in range(8):
            ours, theirs = copied.step(2), reference.step(2)
            np.testing.assert_array_equal(ours[0], theirs[0])
            assert ours[1:] == theirs[1:]


def test_an_episode_has_eight_steps_unless_told_otherwise():
    for kwargs, length in (({}, 8), ({"max_episode_steps": 20}, 20)):
        env = gym.make(ENV_ID, **kwargs)
        env.reset(seed=0)
        ends = [env.step(1)[2:4] for _ in range(length)]
        assert ends == [(False, False)] * (length - 1) + [(False, True)]


def test_the_reward_is_one_exactly_in_the_target():
    env = gym.make(ENV_ID, target_state=2, max_episode_steps=500)
    env.reset(seed=0)
    rewards = []
    for step in range(500):
        _, reward, _, _, info = env.step(step % 3)
        assert reward == float(info["state"] == info["target_state"] == 2)
        rewards.append(reward)
    assert 0 < sum(rewards) < 500


def test_transitions_and_emissions_have_the_stated_distribution():
    world = LineWorld(transition_noise=0.3, emission_scale=0.5)
    env = ContinuousLineWorldEnv(**world.to_dict())
    _, info = env.reset(seed=11)
    rng, counts, residuals = np.random.default_rng(0), np.zeros((5, 5, 3)), []
    for _ in range(30_000):
        before, action = info["state"], int(rng.integers(3))
        observation, _, _, _, info = env.step(action)
        counts[info["state"], before, action] += 1
        residuals.append((observation - world.means[info["state"]]) / 0.5)
    expected = world.transition_matrix * counts.sum(axis=0)
    statistic = ((counts - expected) ** 2 / expected).sum()
    assert stats.chi2.sf(statistic, df=4 * 15) > 1e-4
    assert stats.kstest(np.ravel(residuals), "norm").pvalue > 1e-4


def test_options_hold_for_one_episode():
    env = gym.make(ENV_ID)
    _, info = env.reset(seed=0, options={"start_state": 3, "target_state": 1})
    assert info == {"state": 3, "target_state": 1}
    _, info = env.reset()
    assert info == {"state": 0, "target_state": 4}
    drawn = {env.reset(options={"start_state": None})[1]["state"] for _ in range(100)}
    assert drawn == set(range(5))


def test_a_target_of_none_is_drawn_each_episode():
    env = gym.make(ENV_ID, target_state=None)
    assert {env.reset(seed=seed)[1]["target_state"] for seed in range(60)} == set(range(5))


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"start_state": 5}, "start_state must be in 0..4"),
        ({"target_state": 1.5}, "target_state must be an integer"),
        ({"goal": 1}, r"options has unknown keys \['goal'\]"),
    ],
)
def test_bad_options_are_named(options, named):
    with pytest.raises(ValueError, match=named):
        gym.make(ENV_ID).reset(seed=0, options=options)


@pytest.mark.parametrize("action", [3, -1, 1.0, "forward", None, np.array([1, 2])])
def test_bad_actions_raise(action):
    env = ContinuousLineWorldEnv()
    env.reset(seed=0)
    with pytest.raises(ValueError, match="action must be 0"):
        env.step(action)


@pytest.mark.parametrize("action", [2, np.int64(2), np.array(2), np.int32(2)])
def test_the_integers_that_policies_return_are_accepted(action):
    env = ContinuousLineWorldEnv(transition_noise=0)
    env.reset(seed=0)
    assert env.step(action)[4]["state"] == 1


def test_step_and_render_before_reset_say_so():
    env = ContinuousLineWorldEnv(render_mode="ansi")
    for call in (lambda: env.step(0), env.render):
        with pytest.raises(gym.error.ResetNeeded, match="reset"):
            call()


def test_text_rendering_marks_state_and_target():
    env = gym.make(ENV_ID, render_mode="ansi", transition_noise=0)
    env.reset(seed=0)
    assert "[0] 1 2 3 (4)" in env.render()
    for _ in range(4):
        env.step(2)
    assert env.render().startswith("step 4 | action forward | 0 1 2 3 [(4)] | observation (")


def test_the_picture_follows_the_state():
    env = gym.make(ENV_ID, render_mode="rgb_array", transition_noise=0)
    env.reset(seed=0)
    first = env.render()
    env.step(2)
    second = env.render()
    assert first.shape == (520, 640, 3)
    assert first.dtype == np.uint8
    assert (first != second).any()
    assert env.observation_space.contains(env.reset(seed=1)[0])


def test_an_unknown_render_mode_is_named():
    with pytest.raises(ValueError, match="render_mode must be None or one of"):
        ContinuousLineWorldEnv(render_mode="hologram")
