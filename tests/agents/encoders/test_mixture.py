import gymnasium as gym
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents.encoders.mixture import SHARPNESS, encode, spacing_of
from aifgym.agents.encoders.mixture_encoder import MixtureEncoder
from aifgym.agents.encoders.protocol import KINDS, Encoder, log_encode
from scipy.optimize import minimize

RNG = np.random.default_rng(0)
PROTOTYPES = RNG.normal(size=(40, 2))
SPACING = spacing_of(PROTOTYPES)
POINTS = RNG.normal(size=(25, 2)) * 0.5


def dense(weights):
    full = np.zeros((len(weights.weight), len(PROTOTYPES)))
    np.put_along_axis(full, weights.states, weights.weight, axis=1)
    return full


def test_spacing_is_the_mean_distance_to_three_neighbours():
    distance = np.linalg.norm(PROTOTYPES[:, None] - PROTOTYPES, axis=2)
    np.testing.assert_allclose(SPACING, np.sort(distance, axis=1)[:, 1:4].mean(axis=1))


def test_soft_weights_are_the_posterior_of_the_mixture():
    distance = np.linalg.norm(POINTS[:, None] - PROTOTYPES, axis=2)
    density = np.exp(-SHARPNESS * (distance / SPACING.mean()) ** 2)
    expected = density / density.sum(axis=1, keepdims=True)
    found = dense(encode(POINTS, PROTOTYPES, SPACING, "soft"))
    np.testing.assert_allclose(found, expected, atol=3e-3)  # all but the 12 nearest are left out


def test_lme_is_the_closest_distribution_whose_mean_is_the_point():
    inside = PROTOTYPES[np.argsort(np.linalg.norm(PROTOTYPES, axis=1))[:5]] + 0.05
    found = dense(encode(inside, PROTOTYPES, SPACING, "lme"))
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_allclose(found @ PROTOTYPES, inside, atol=0.02)
    soft = encode(inside[:1], PROTOTYPES, SPACING, "soft")
    prior, offsets = soft.weight[0], PROTOTYPES[soft.states[0]] - inside[0]

    def divergence(weight):
        return float(np.sum(weight * np.log(np.maximum(weight, 1e-12) / prior)))

    best = minimize(
        divergence,
        np.full(12, 1 / 12),
        bounds=[(0, 1)] * 12,
        constraints=[
            {"type": "eq", "fun": lambda w: w.sum() - 1},
            {"type": "eq", "fun": lambda w: w @ offsets},
        ],
    )
    ours = found[0][soft.states[0]]
    assert divergence(ours) <= divergence(best.x) + 0.02
    # Anything else with the same mean is farther away.
    centred = np.concatenate([offsets, np.ones((12, 1))], axis=1)
    null_space = np.linalg.svd(centred.T)[2][3:]
    for direction in null_space:
        for size in (-0.02, 0.02):
            other = ours + size * direction
            if (other >= 0).all():
                assert divergence(other) > divergence(ours)


def test_the_compiled_encoder_gives_the_same_and_survives_being_stored():
    encoder = MixtureEncoder(np.zeros(2), np.eye(2), PROTOTYPES, SPACING)
    assert isinstance(encoder, Encoder)
    assert encoder.observation_space.shape == (2,)
    expected = dense(encode(POINTS, PROTOTYPES, SPACING, "soft"))
    found = np.exp(log_encode(encoder, jnp.asarray(POINTS, jnp.float32)))
    np.testing.assert_allclose(found[:, :-1], expected, atol=1e-4)
    assert (found[:, -1] < 1e-6).all()
    order = np.roll(np.arange(41), 5)
    permuted = encoder.permuted(order)
    np.testing.assert_allclose(
        np.exp(log_encode(permuted, jnp.asarray(POINTS, jnp.float32))), found[:, order], atol=1e-6
    )
    again = KINDS.find("mixture").restored(permuted.config(), permuted.arrays())
    np.testing.assert_array_equal(
        log_encode(again, jnp.asarray(POINTS, jnp.float32)),
        log_encode(permuted, jnp.asarray(POINTS, jnp.float32)),
    )
    assert isinstance(again.observation_space, gym.spaces.Box)
    with pytest.raises(ValueError, match="permutation"):
        MixtureEncoder.restored({}, permuted.arrays() | {"order": np.zeros(41, int)})
