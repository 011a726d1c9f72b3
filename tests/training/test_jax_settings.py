"""Training under the settings of JAX that a user may have."""

import jax
import numpy as np
import pytest
from aifgym.envs import LineWorld
from aifgym.training import TrainConfig, fit

SHORT = {"num_transitions": 120, "train_steps": 3, "num_restarts": 1}


@pytest.mark.parametrize("objective", ["evidence", "tutorial"])
def test_training_never_makes_a_value_that_is_not_a_number(objective):
    with jax.debug_nans(True):
        _, history = fit(LineWorld(), TrainConfig(objective=objective, **SHORT))
    assert np.isfinite(history.held_out_loss).all()


def test_training_is_the_same_with_double_precision_elsewhere():
    config = TrainConfig(**SHORT)
    expected, _ = fit(LineWorld(), config)
    with jax.enable_x64(True):
        found, _ = fit(LineWorld(), config)
    for name, array in expected.encoder.arrays().items():
        np.testing.assert_array_equal(found.encoder.arrays()[name], array)
        assert found.encoder.arrays()[name].dtype == np.float32
