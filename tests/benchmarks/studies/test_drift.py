"""Calibration that follows posteriors."""

import numpy as np
from aifgym.agents.numpy_maths import softmax
from aifgym.benchmarks.studies.lives.drift import WAYS, Calibration, Way

USAGE = np.array([0.2, 0.3, 0.5])


def test_who_is_left_as_it_is_stays_so_and_usage_goes_to_its_mean():
    said = np.log(np.random.default_rng(0).dirichlet(np.ones(3), size=(500, 2)))
    fixed, own = (Calibration(way, USAGE, 2) for way in (WAYS["left as it is"], Way(usage=0.01)))
    for step in said:
        for calibration in (fixed, own):
            calibration.follow(step, softmax(step))
    np.testing.assert_allclose(fixed(said[0]), said[0] - np.log(USAGE))
    usage = np.exp(said[0] - own(said[0]))
    np.testing.assert_allclose(usage, np.full((2, 3), 1 / 3), atol=0.05)


def test_calibration_takes_back_a_bias_where_posteriors_are_right():
    rng = np.random.default_rng(1)
    own, bias = Calibration(Way(calibration=0.05), np.full(3, 1 / 3), 1), np.array([1.0, 0.0, -1.0])
    for true in np.log(rng.dirichlet(np.full(3, 0.5), size=(4_000, 1)) + 1e-3):
        own.follow(true + bias, softmax(true))
    np.testing.assert_allclose(softmax(own(true + bias)), softmax(true), atol=0.1)
