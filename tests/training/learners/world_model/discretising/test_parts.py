"""Each part of a discretisation against something independent."""

import numpy as np
import pytest
from aifgym.training.learners.world_model.discretising.discretisation import discretise, gather
from aifgym.training.learners.world_model.discretising.duration import base_duration
from aifgym.training.learners.world_model.discretising.dynamics import local_fit, samples, spread
from aifgym.training.learners.world_model.discretising.features import fit_features
from aifgym.training.learners.world_model.discretising.past import choose_history, local_error
from aifgym.training.learners.world_model.discretising.prototypes import farthest_points
from aifgym.training.learners.world_model.discretising.windows import equal_action_windows
from world_model_helpers import walk


def test_farthest_points_are_greedy_and_take_equal_points_once():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(60, 3))
    chosen = farthest_points(points, 10, np.random.default_rng(1))
    for place in range(1, 10):
        distance = np.linalg.norm(points[:, None] - points[chosen[:place]], axis=2).min(axis=1)
        assert chosen[place] == np.argmax(distance)
    assert len(farthest_points(np.zeros((5, 2)), 4, rng)) == 1


@pytest.mark.parametrize("length", [1, 2, 3])
def test_windows_are_all_stretches_of_one_action(length):
    experience = walk(200, seed=3)
    found = equal_action_windows(experience, length, 0.9)
    expected = {}
    for start in range(len(experience)):
        rewards, steps = 0.0, range(start, start + length)
        for step in steps:
            inside = (
                step < len(experience) and experience.episodes[step] == (experience.episodes[start])
            )
            if not inside or experience.actions[step] != experience.actions[start]:
                break
            rewards += 0.9 ** (step - start) * experience.rewards[step]
            if experience.ended[step] or step == steps[-1]:
                expected[start] = step, rewards
                break
    assert found.start.tolist() == list(expected)
    np.testing.assert_allclose(np.stack([found.last, found.rewards], 1), list(expected.values()))


def test_local_regression_carries_linear_dynamics_exactly():
    rng = np.random.default_rng(0)
    start = rng.normal(size=(400, 2))
    matrix, push = np.array([[0.9, 0.1], [-0.2, 0.8]]), np.array([0.3, -0.1])
    prototypes = rng.normal(size=(20, 2)) * 0.5
    fit = local_fit(
        samples(start, start @ matrix + push, start[:, 0], start[:, 0] > 9),
        prototypes,
        np.full(20, 1e-3),
    )
    np.testing.assert_allclose(prototypes + fit.intercept, prototypes @ matrix + push, atol=1e-4)
    np.testing.assert_allclose(fit.residual, 0, atol=1e-3)


def test_noise_is_put_back_around_the_same_mean():
    rng = np.random.default_rng(0)
    start = rng.normal(size=(2000, 1))
    end = start + rng.choice([-3.0, 1.0], size=(2000, 1), p=[0.25, 0.75])
    prototypes = np.linspace(-1, 1, 15)[:, None]
    fit = local_fit(samples(start, end, start[:, 0], start[:, 0] > 9), prototypes, np.full(15, 1.0))
    moved = spread(fit, 8, rng)
    np.testing.assert_allclose(moved.mean(axis=1), fit.intercept, atol=1e-9)
    assert 1.0 < moved.std(axis=1).mean() < 2.2  # truly sqrt(3)


def test_transitions_of_a_noisy_walk_are_as_wide_as_the_noise():
    """Jumps of many spacings, up or down with equal odds: on average nothing moves."""
    experience = walk(3000, noise=3.0)
    features = fit_features("standardised", experience, 1)
    material = gather(experience, features, 1, 0.99)
    for keep, least, most in ((True, 2.0, 4.0), (False, 0.0, 1.0)):
        made = discretise(material, 60, "soft", np.random.default_rng(0), keep)
        looks = made.member.looks[:, 0]
        matrix = made.member.transitions[0 :: experience.num_actions].toarray()
        mean = matrix @ looks
        deviation = np.sqrt(np.maximum(matrix @ looks**2 - mean**2, 0))
        middle = np.abs(looks - 5) < 2
        assert least < np.median(deviation[middle]) < most
        np.testing.assert_allclose(matrix.sum(axis=1), 1)


@pytest.mark.parametrize("kind", ["standardised", "pca", "cca"])
def test_features_do_not_depend_on_units_and_ignore_constants(kind):
    experience = walk(600, dim=3)
    plain = fit_features(kind, experience, 3)
    scale = np.array([1e4, 1e-3, 7.0])
    arrays = [experience.observations, experience.next_observations]
    others = [np.concatenate([a * scale, np.full((600, 1), 9.0)], axis=1) for a in arrays]
    changed = type(experience)(
        *others[:1], experience.actions, experience.rewards, others[1],
        experience.ended, experience.episodes, experience.rounds, experience.num_actions,
    )  # fmt: skip
    other = fit_features(kind, changed, 4)
    first, second = plain(arrays[0]), other(others[0])
    assert first.shape == second.shape
    distances = [np.linalg.norm(z[:50, None] - z[:50], axis=2) for z in (first, second)]
    np.testing.assert_allclose(*distances, rtol=2e-2, atol=1e-3)


def test_slow_tasks_hold_their_actions_longer():
    lengths = [
        base_duration(
            experience := walk(2000, step=step),
            fit_features("standardised", experience, 1),
            40,
            np.random.default_rng(0),
        )
        for step in (2.0, 0.2)
    ]
    assert lengths[0] < lengths[1]


def test_the_past_is_looked_at_where_the_present_does_not_tell():
    assert choose_history(walk(900)) == 1
    assert choose_history(walk(900, hidden_velocity=True)) == 2


def test_a_few_steps_where_nothing_is_known_do_not_say_that_something_is_hidden():
    experience = walk(900, noise=0.05)
    usual = local_error(experience, 1)
    experience.observations[-5:] += 1000
    experience.next_observations[-5:] += 1000
    assert local_error(experience, 1) == pytest.approx(usual, abs=1)
    assert usual < -2
    assert choose_history(experience) == 1
