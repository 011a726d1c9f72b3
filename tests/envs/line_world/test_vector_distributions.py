"""Draws of the vector environment against B, single environments and closed forms."""

import gymnasium as gym
import numpy as np
import pytest
from aifgym.envs import LineWorld
from helpers import ENV_ID, assert_transitions_follow_b
from line_world_helpers import native
from scipy import stats

# Chance of a false alarm of each statistical test; seeds are fixed.
ALPHA = 1e-4


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
    one = gym.make(ENV_ID, **settings)
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
    one, theirs = gym.make(ENV_ID, target_state=2, start_state=None), []
    one.reset(seed=0)
    for _ in range(1000):
        theirs.append(sum(one.step(int(rng.integers(3)))[1] for _ in range(8)))
        one.reset()
    assert stats.ttest_ind(ours, theirs).pvalue > ALPHA
