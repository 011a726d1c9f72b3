import dataclasses
import itertools

import gymnasium as gym
import jax
import numpy as np
import pytest
from aifgym.envs import LineWorld
from aifgym.training import collect, simulate
from aifgym.training.data.trajectories import check_trajectories, hold_out
from helpers import ENV_ID


class CountingEnv(gym.Env):
    """Observation n is (n, n mod 10): shows what was kept, in which order."""

    observation_space = gym.spaces.Box(-np.inf, np.inf, (2,), np.float32)
    action_space = gym.spaces.Discrete(3)

    def __init__(self, episode_length=7, broken_at=None):
        self.episode_length, self.broken_at = episode_length, broken_at
        self.count, self.actions = -1, []

    def _observe(self):
        self.count += 1
        value = np.nan if self.count == self.broken_at else self.count
        return np.array([value, self.count % 10], np.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.left = self.episode_length
        return self._observe(), {"state": "must not be looked at"}

    def step(self, action):
        self.actions.append(action)
        self.left -= 1
        return self._observe(), float("nan"), self.left == 0, False, {}


def test_every_transition_is_kept_once_and_in_order():
    env = CountingEnv(episode_length=7)
    data = collect(env, num_steps=17, sequence_length=4, seed=0)
    assert data.num_transitions == 17
    pairs, actions = [], []
    for row in range(data.num_sequences):
        length = data.mask[row].sum()
        assert data.mask[row, :length].all()
        kept = data.observations[row, :length, 0]
        pairs += list(itertools.pairwise(kept.tolist()))
        actions += data.actions[row, : length - 1].tolist()
    # Observations 0..7 are the first episode, 8..15 the second, 16..19 the third.
    expected = [(n, n + 1) for n in range(19) if n not in (7, 15)]
    assert pairs == expected
    assert actions == env.actions


def test_collecting_the_same_seed_gives_the_same_data():
    first, again, other = (collect(gym.make(ENV_ID), 50, 6, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.observations, again.observations)
    np.testing.assert_array_equal(first.actions, again.actions)
    assert (first.actions[:5] != other.actions[:5]).any()


def test_actions_are_uniform():
    data = collect(gym.make(ENV_ID), 3000, 6, seed=0)
    used = data.actions[:, :-1][data.mask[:, 1:]]
    counts = np.bincount(used, minlength=3)
    assert len(used) == 3000
    assert (np.abs(counts - 1000) < 4 * np.sqrt(3000 * 2 / 9)).all()


class Blinking(CountingEnv):
    observation_space = gym.spaces.MultiBinary(3)


@pytest.mark.parametrize(
    ("env", "arguments", "error", "named"),
    [
        (CountingEnv(broken_at=3), (20, 4, 0), ValueError, "not finite"),
        (CountingEnv(), (0, 4, 0), ValueError, "num_steps must be at least 1"),
        (CountingEnv(), (20, 1, 0), ValueError, "sequence_length must be at least 2"),
        (Blinking(), (20, 4, 0), TypeError, "observation_space must be a Box"),
        (gym.make("Pendulum-v1"), (20, 4, 0), TypeError, "action_space must be Discrete"),
    ],
)
def test_unusable_environments_and_arguments_are_named(env, arguments, error, named):
    with pytest.raises(error, match=named):
        collect(env, *arguments)


def test_simulation_starts_balanced_and_follows_the_dynamics():
    world = LineWorld(num_states=4, transition_noise=0.2, emission_scale=0.3)
    data, states = simulate(world, 4000, 5, jax.random.key(0))
    states, actions = np.asarray(states), np.asarray(data.actions)
    np.testing.assert_array_equal(np.bincount(states[:, 0]), [1000] * 4)
    counts = np.zeros((4, 4, 3))
    np.add.at(counts, (states[:, 1:], states[:, :-1], actions[:, :-1]), 1)
    frequencies = counts / counts.sum(axis=0)
    np.testing.assert_allclose(frequencies, world.transition_matrix, atol=0.06)
    residuals = np.asarray(data.observations) - world.means[states]
    assert abs(residuals.std() - 0.3) < 0.01
    assert abs(residuals.mean()) < 0.01


def test_actions_must_count_from_zero():
    env = gym.wrappers.TransformAction(
        gym.make(ENV_ID), lambda action: action - 1, gym.spaces.Discrete(3, start=1)
    )
    with pytest.raises(TypeError, match="action_space must start at 0"):
        collect(env, 30, 6)


def test_rewards_are_recorded_only_when_asked_for():
    env = gym.make(ENV_ID)
    assert collect(env, 30, 6, seed=0).rewards is None
    data = collect(gym.make(ENV_ID, target_state=0), 40, 6, seed=0, record_rewards=True)
    assert set(np.unique(data.rewards)) == {0.0, 1.0}
    assert not data.rewards[:, :-1][~data.mask[:, 1:]].any()


def test_a_policy_chooses_the_actions_and_is_checked():
    data = collect(gym.make(ENV_ID), 40, 6, seed=0, policy=lambda observation, rng: 2)
    assert (data.actions[:, :-1][data.mask[:, 1:]] == 2).all()
    with pytest.raises(ValueError, match=r"policy must choose in 0\.\.2, it chose 3"):
        collect(gym.make(ENV_ID), 40, 6, policy=lambda observation, rng: 3)


class Alternating:
    """Remembers what it did last in the episode, and does the other."""

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        before = np.ones(1, int) if state is None else state
        action = np.where(episode_start, 0, 1 - before)
        return action, action


def test_a_policy_may_have_a_memory_which_begins_with_each_episode():
    env = CountingEnv(episode_length=3)
    collect(env, 8, 6, policy=Alternating())
    assert env.actions == [0, 1, 0, 0, 1, 0, 0, 1]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: {"observations": d.observations * 0}, "constant"),
        (lambda d: {"observations": d.observations + np.nan}, "observations must be finite"),
        (lambda d: {"observations": d.observations[:, :, 0]}, r"observations must be \(N, T, D\)"),
        (lambda d: {"actions": d.actions + 2}, r"actions must be in 0\.\.2"),
        (lambda d: {"actions": d.actions[:, 1:]}, "actions must be"),
        (lambda d: {"mask": ~d.mask}, "mask must be true from"),
        (lambda d: {"mask": d.mask.astype(int)}, "mask must be bool"),
        (lambda d: {"rewards": d.rewards + np.inf}, "rewards must be finite"),
    ],
)
def test_trajectories_that_cannot_be_trained_on_are_refused(change, named):
    data = collect(gym.make(ENV_ID), 60, 6, seed=0, record_rewards=True)
    with pytest.raises(ValueError, match=named):
        check_trajectories(dataclasses.replace(data, **change(data)))


def test_held_out_sequences_are_a_partition():
    data = collect(CountingEnv(), 200, 4, seed=0)
    train, held_out = hold_out(data, 0.25, seed=3)
    together = np.concatenate([train.observations, held_out.observations])[:, 0, 0]
    assert sorted(together) == sorted(data.observations[:, 0, 0])
    assert held_out.num_sequences == round(0.25 * data.num_sequences)
    with pytest.raises(ValueError, match="at least 2 sequences, got 1"):
        hold_out(data.take(slice(1)), 0.25, seed=3)
