import dataclasses

import numpy as np
import pytest
from aifgym.agents.models.generative_model import epsilon_identity
from helpers import random_model


def broken(**changes):
    return dataclasses.replace(random_model(np.random.default_rng(0)), **changes)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"A": np.ones((5, 4))}, "A must sum to 1"),
        ({"A": np.full((4, 4), 0.25)}, "axis 0 of C must have 4 outcomes"),
        ({"B": np.full((4, 4), 0.25)}, "B must have 3 dimensions"),
        ({"B": np.full((4, 3, 3), 0.25)}, "axis 1 of B must have 4 states"),
        ({"B": np.full((4, 4, 3), np.nan)}, "B must be finite"),
        ({"C": np.full(5, np.inf)}, "C must be finite"),
        ({"D": np.array([1.5, -0.5, 0, 0])}, "D must not be negative"),
        ({"policy_len": 0}, "policy_len must be an integer, at least 1"),
        ({"gamma": 0.0}, "gamma must be a number in"),
    ],
)
def test_inconsistent_models_are_refused(changes, named):
    with pytest.raises(ValueError, match=named):
        broken(**changes)


def test_epsilon_identity_is_the_tutorials():
    eye = np.eye(5)
    expected = (1 - 1e-4) * eye + (1 - eye) * (1e-4 / 4)
    np.testing.assert_allclose(epsilon_identity(5, 1e-4), expected, rtol=1e-6)


def test_the_arrays_cannot_be_changed_behind_the_agents_back():
    model = random_model(np.random.default_rng(0))
    with pytest.raises(ValueError, match="read-only"):
        model.A[0, 0] = 1.0
