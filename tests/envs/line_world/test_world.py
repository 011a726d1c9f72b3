import dataclasses

import numpy as np
import pytest
from aifgym.envs import LineWorld
from aifgym.envs.line_world.world import TUTORIAL_MEANS, circle_means
from hypothesis import given
from hypothesis import strategies as st


def looped_transition_matrix(num_states: int, noise: float) -> np.ndarray:
    """The tutorial's own loop (section 3, `make_B_line`), in NumPy."""
    moved = np.zeros((num_states, num_states, 3))
    for state in range(num_states):
        moved[max(state - 1, 0), state, 0] = 1
        moved[state, state, 1] = 1
        moved[min(state + 1, num_states - 1), state, 2] = 1
    B = (1 - noise) * moved + noise * np.ones_like(moved) / num_states
    return B / B.sum(axis=0, keepdims=True)


@given(num_states=st.integers(2, 40), noise=st.floats(0, 1))
def test_transition_matrix_is_the_tutorials(num_states, noise):
    world = LineWorld(num_states=num_states, transition_noise=noise)
    expected = looped_transition_matrix(num_states, noise)
    np.testing.assert_allclose(world.transition_matrix, expected, atol=1e-12)


def test_defaults_are_the_tutorials():
    world = LineWorld()
    np.testing.assert_array_equal(world.means, TUTORIAL_MEANS)
    assert (world.num_states, world.emission_scale, world.transition_noise) == (5, 1.0, 0.1)
    assert (world.start_state, world.rewarded_state) == (0, 4)
    np.testing.assert_array_equal(world.initial_probs, [1, 0, 0, 0, 0])


def test_circle_starts_at_the_top_and_runs_clockwise():
    means = circle_means(20)
    np.testing.assert_allclose(means[0], [0, 12.8], atol=1e-12)
    np.testing.assert_allclose(means[5], [12.8, 0], atol=1e-12)
    np.testing.assert_array_equal(LineWorld(num_states=20).means, means)


def test_a_uniform_start_is_uniform():
    np.testing.assert_allclose(LineWorld(start_state=None).initial_probs, np.full(5, 0.2))


def test_replacing_the_length_keeps_the_other_defaults():
    longer = dataclasses.replace(LineWorld(), num_states=7)
    assert longer == LineWorld(num_states=7)
    assert longer.means.shape == (7, 2)
    assert longer.rewarded_state == 6


def test_a_world_is_hashable_and_comes_back_from_its_dict():
    world = LineWorld(num_states=3, emission_means=np.arange(6.0).reshape(3, 2), target_state=1)
    assert LineWorld(**world.to_dict()) == world
    assert hash(LineWorld(**world.to_dict())) == hash(world)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"num_states": 0}, "num_states must be at least 2, got 0"),
        ({"num_states": 2.5}, "num_states must be an integer"),
        ({"emission_scale": -1.0}, "emission_scale"),
        ({"emission_scale": 0.0}, "emission_scale"),
        ({"emission_scale": float("nan")}, "emission_scale"),
        ({"emission_scale": "wide"}, "emission_scale"),
        ({"transition_noise": 1.5}, "transition_noise"),
        ({"transition_noise": float("nan")}, "transition_noise"),
        ({"start_state": 5}, "start_state must be in 0..4, got 5"),
        ({"start_state": -1}, "start_state"),
        ({"target_state": 5}, "target_state must be in 0..4, got 5"),
        ({"target_state": "first"}, "target_state"),
        ({"emission_means": np.zeros((4, 2))}, r"emission_means must have shape \(5, 2\)"),
        ({"emission_means": np.zeros((5, 3))}, "emission_means"),
        ({"emission_means": [[0, 0]] * 4 + [[0]]}, "emission_means"),
        ({"emission_means": np.full((5, 2), np.nan)}, "emission_means must be finite"),
    ],
)
def test_bad_arguments_are_named(arguments, named):
    with pytest.raises(ValueError, match=named):
        LineWorld(**arguments)
