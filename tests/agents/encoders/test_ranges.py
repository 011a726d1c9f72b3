"""What an encoder's numbers may be; what float32 has no room for is refused by its name."""

import copy
import pickle

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, ObservationEncoder
from aifgym.agents.encoders.convolutional import ConvolutionalEncoder
from aifgym.agents.encoders.one_hot import OneHotEncoder
from helpers import random_model, small_encoder


@pytest.mark.parametrize(
    "temperature", [0, 1e-300, 1e300, -1.0, np.nan, np.inf, "a", 10**400, None]
)
def test_a_temperature_that_float32_has_no_room_for_is_refused(temperature):
    with pytest.raises(ValueError, match="temperature must be a number in"):
        ObservationEncoder(2, 5, 4, 1, temperature, key=jax.random.key(0))
    with pytest.raises(ValueError, match="temperature must be a number in"):
        OneHotEncoder(4, temperature=temperature)


def changed(name: str, value: float) -> ObservationEncoder:
    encoder = small_encoder()
    where = {
        "input_scale": lambda e: e.input_scale,
        "input_shift": lambda e: e.input_shift,
        "weight": lambda e: e.mlp.layers[1].weight,
        "bias": lambda e: e.mlp.layers[2].bias,
    }[name]
    return eqx.tree_at(where, encoder, np.full(where(encoder).shape, value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("input_scale", 0.0),
        ("input_scale", -1.0),
        ("input_scale", 1e-300),
        ("input_scale", 1e300),
        ("input_scale", np.nan),
        ("input_shift", np.inf),
        ("input_shift", 1e300),
        ("weight", 1e300),
        ("weight", 1e30),
        ("weight", np.nan),
        ("bias", -1e30),
    ],
)
def test_arrays_that_make_beliefs_of_no_use_are_refused_when_an_agent_gets_them(name, value):
    with pytest.raises(ValueError, match=name):
        ActiveInferenceEncoderAgent(changed(name, value), random_model(np.random.default_rng(0)))
    arrays = changed(name, value).arrays()
    with pytest.raises(ValueError, match=name):
        ObservationEncoder.restored(small_encoder().config(), arrays)


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1e6, 1e29])
def test_the_unit_of_observations_does_not_matter(scale):
    encoder = changed("input_scale", scale)
    agent = ActiveInferenceEncoderAgent(encoder, random_model(np.random.default_rng(0)))
    agent.predict(np.array([0.5, -2.0]) * scale)
    beliefs = agent.beliefs
    plain = ActiveInferenceEncoderAgent(small_encoder(), agent.model)
    plain.predict(np.array([0.5, -2.0]))
    np.testing.assert_allclose(beliefs, plain.beliefs, rtol=1e-4)


def test_a_merge_that_is_no_distribution_is_refused():
    encoder = small_encoder().merged(jnp.full((5, 2), 0.7))
    with pytest.raises(ValueError, match="rows of merge"):
        ObservationEncoder.restored(encoder.config(), encoder.arrays())


@pytest.mark.parametrize("size", [0, -1, 2.5, 10**9, 10**400, True, "a"])
def test_a_size_out_of_range_is_refused_before_anything_is_allocated(size):
    config = small_encoder().config()
    for name in ("observation_dim", "num_indices", "width"):
        with pytest.raises(ValueError, match=f"{name} must be a positive integer"):
            ObservationEncoder.restored(config | {name: size}, small_encoder().arrays())
    with pytest.raises(ValueError, match="depth must be"):
        ObservationEncoder.restored(config | {"depth": 10**6}, small_encoder().arrays())
    with pytest.raises(ValueError, match=r"must have shape|superfluous"):  # 4 TB, were they made
        ObservationEncoder.restored(config | {"width": 10**6}, small_encoder().arrays())


@pytest.mark.parametrize(
    "encoder",
    [
        small_encoder(),
        small_encoder().merged(jnp.full((5, 2), 0.5)),
        OneHotEncoder(4, 3, 0.5, key=jax.random.key(1)),
        ConvolutionalEncoder((8, 8, 1), 3, (4,), 8, key=jax.random.key(2)),
    ],
    ids=repr,
)
def test_encoders_are_pickled_and_copied(encoder):
    for again in (pickle.loads(pickle.dumps(encoder)), copy.deepcopy(encoder)):
        assert jax.tree.structure(again) == jax.tree.structure(encoder)
        for one, other in zip(jax.tree.leaves(again), jax.tree.leaves(encoder)):
            np.testing.assert_array_equal(one, other)
