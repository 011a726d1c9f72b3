"""pymdp's environments in NumPy, against pymdp's own tables and draws."""

import subprocess
import sys
from types import SimpleNamespace

import gymnasium as gym
import numpy as np
import pytest
from aifgym.envs.pymdp_envs.drawing import OUTCOME, STATE
from aifgym.envs.pymdp_envs.gym_env import PymdpEnv
from aifgym.envs.pymdp_envs.makers import make_t_maze
from helpers import random_distribution
from scipy import stats


def process(rng=None, controls=(2, 1)):
    """Two factors, the second acting on the first; two modalities."""
    rng = rng or np.random.default_rng(0)
    return SimpleNamespace(
        A=[random_distribution(rng, 3, 2, 3), random_distribution(rng, 2, 2)],
        B=[
            random_distribution(rng, 3, 3, 2, controls[0]),
            random_distribution(rng, 2, 2, controls[1]),
        ],
        D=[random_distribution(rng, 3), random_distribution(rng, 2)],
        A_dependencies=[[1, 0], [1]],
        B_dependencies=[[0, 1], [1]],
    )


REWARDS = [np.array([0.0, 1.0, -1.0]), np.array([0.0, 0.5])]


def test_making_none_of_them_loads_no_jax():
    code = "import sys, aifgym.envs; assert not {'jax', 'pymdp'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_states_and_outcomes_are_drawn_from_the_tables():
    env, theirs, count = PymdpEnv(process(), REWARDS), process(), 4000
    env.reset(seed=0)
    first = np.array([env.reset()[1]["state"] for _ in range(count)])
    for factor, D in enumerate(theirs.D):
        assert goodness_of_fit(first[:, factor], D) > 1e-4
    nexts, outcomes = [], []
    for _ in range(count):
        env.reset(options={"state": [2, 1]})
        observation, _, _, _, info = env.step(1)
        nexts.append(info["state"])
        outcomes.append(list(observation.values()))
    nexts, outcomes = np.array(nexts), np.array(outcomes)
    assert goodness_of_fit(nexts[:, 0], theirs.B[0][:, 2, 1, 1]) > 1e-4
    assert goodness_of_fit(nexts[:, 1], theirs.B[1][:, 1, 0]) > 1e-4
    at = (nexts == [1, 1]).all(axis=1)
    assert goodness_of_fit(outcomes[at, 0], theirs.A[0][:, 1, 1]) > 1e-4
    assert goodness_of_fit(outcomes[at, 1], theirs.A[1][:, 1]) > 1e-4


def goodness_of_fit(drawn, probabilities) -> float:
    counts = np.bincount(drawn, minlength=len(probabilities))
    return stats.chisquare(counts, probabilities * len(drawn)).pvalue


def test_rewards_are_those_of_the_outcomes_that_a_step_makes_seen():
    env = PymdpEnv(process(), REWARDS)
    env.reset(seed=0)
    for _ in range(50):
        observation, reward, *_ = env.step(0)
        first, second = observation.values()
        assert reward == REWARDS[0][first] + REWARDS[1][second]


def test_an_episode_ends_one_step_after_the_outcome_which_is_seen_again():
    env = make_t_maze(reward_condition=1, emission_scale=0.5)
    env.reset(seed=0)
    env.step(4)
    seen, reward, terminated, truncated, _ = env.step(2)
    assert (seen["outcome"], reward, terminated, truncated) == (1, 1.0, False, False)
    again, reward, terminated, truncated, _ = env.step(0)
    assert (reward, terminated, truncated) == (0.0, True, False)
    np.testing.assert_equal(again, seen)


def test_continuous_observations_are_normal_around_the_outcomes_mean():
    env = make_t_maze(emission_scale=0.5)
    env.reset(seed=0)
    points = np.array([env.reset()[0]["location"] for _ in range(2000)])
    assert points.dtype == np.float32
    np.testing.assert_allclose(points.mean(axis=0), env.emission_means["location"][0], atol=0.05)
    np.testing.assert_allclose(points.std(axis=0), 0.5, atol=0.03)
    log_likelihood = env.log_likelihood("location", points[:3])
    normal = stats.norm(env.emission_means["location"], 0.5)
    expected = np.array([normal.logpdf(x).sum(axis=1) for x in points[:3]])
    np.testing.assert_allclose(
        log_likelihood - log_likelihood[:, :1], expected - expected[:, :1], atol=1e-4
    )


def test_several_controlled_factors_are_dimensions_of_the_action():
    env = PymdpEnv(process(controls=(2, 3)), REWARDS)
    assert env.action_space == gym.spaces.MultiDiscrete([2, 3])
    env.reset(seed=0)
    moved = []
    for _ in range(3000):
        env.reset(options={"state": [0, 0]})
        moved.append(env.step(np.array([1, 2]))[4]["state"][1])
    assert goodness_of_fit(np.array(moved), process(controls=(2, 3)).B[1][:, 0, 2]) > 1e-4


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"rewards": REWARDS[:1]}, "rewards must have 2 arrays"),
        ({"rewards": {"nothing": [0]}}, "rewards has unknown keys"),
        ({"rewards": [np.zeros(2), np.zeros(2)]}, "'modality_0'. must be 3 finite numbers"),
        ({"modalities": ["a", "a"]}, "modalities must be 2 different names"),
        ({"emission_scale": 0.0}, "emission_scale must be positive"),
        ({"emission_means": {}}, "emission_means need emission_scale"),
        ({"terminal_outcomes": {"modality_0": [3]}}, r"must be in 0\.\.2, got 3"),
        ({"render_mode": "human"}, "render_mode must be None or one of"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_by_name(arguments, named):
    with pytest.raises(ValueError, match=named):
        PymdpEnv(process(), **({"rewards": REWARDS} | arguments))


@pytest.mark.parametrize("action", [2, -1, 0.5, np.array([0]), "up"])
def test_an_action_outside_of_the_space_is_refused(action):
    env = PymdpEnv(process(), REWARDS)
    with pytest.raises(gym.error.ResetNeeded):
        env.step(0)
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r"action must be in Discrete\(2\)"):
        env.step(action)


def test_what_is_no_pymdp_environment_is_refused():
    with pytest.raises(ValueError, match="pymdp_env has no A"):
        PymdpEnv(object(), REWARDS)
    broken = process()
    broken.B[0] = broken.B[0] * 0.5
    with pytest.raises(ValueError, match=r"B\[0\] must sum to 1"):
        PymdpEnv(broken, REWARDS)


def test_text_says_where_it_is_and_what_is_seen():
    env = make_t_maze(reward_condition=0, render_mode="ansi")
    env.reset(seed=0)
    assert env.render() == "state 0 0 | location 0, outcome 0, cue 0\n"


def test_a_picture_fills_the_cell_of_each_factor_and_modality():
    env = make_t_maze(reward_condition=1, render_mode="rgb_array")
    env.reset(seed=0)
    picture = env.render()
    assert (picture.shape, picture.dtype) == ((200, 640, 3), np.uint8)
    location, context = picture[20], picture[60]
    assert (location[10] == STATE).all()
    assert not (location[600] == STATE).all()
    assert (context[600] == STATE).all()
    assert (picture[100, 10] == OUTCOME).all()
