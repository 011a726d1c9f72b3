"""What every encoder must do: others add theirs to ENCODERS."""

import equinox as eqx
import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.agents.encoders.choose import choose_encoder
from aifgym.agents.encoders.protocol import (
    KINDS,
    Encoder,
    TrainableEncoder,
    encode,
    log_encode,
)
from gymnasium.vector.utils import batch_space
from helpers import random_distribution

NUM_OUTCOMES = 4
IMAGE = gym.spaces.Box(0, 255, (9, 7, 3), np.uint8)
VECTOR = gym.spaces.Box(-10, 10, (3,), np.float32)
SPACES = {
    "mlp": VECTOR,
    "one_hot": gym.spaces.Discrete(6),
    "convolutional": IMAGE,
    "composite": gym.spaces.Dict(image=IMAGE, number=gym.spaces.Discrete(3)),
    "composite of a tuple": gym.spaces.Tuple([VECTOR, gym.spaces.Discrete(2)]),
}
ENCODERS = {
    name: choose_encoder(space, NUM_OUTCOMES, 8, 1, jax.random.key(0))
    for name, space in SPACES.items()
}
each_encoder = pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS)


def observations_of(encoder: Encoder, number: int, seed: int = 0):
    space = batch_space(encoder.observation_space, number)
    if isinstance(encoder.observation_space, gym.spaces.Box):
        space = batch_space(SPACES[encoder.kind], number)
    space.seed(seed)
    return space.sample()


# Encoders that are not trained by descent have tests of their own.
UNTRAINED = {"mixture", "modalities", "unseen"}


def test_every_kind_is_tested():
    assert {encoder.kind for encoder in ENCODERS.values()} == set(KINDS) - UNTRAINED


@each_encoder
def test_log_probabilities_are_normalised_and_of_any_batch(encoder):
    assert isinstance(encoder, TrainableEncoder)
    assert encoder.num_outcomes == NUM_OUTCOMES
    observations = observations_of(encoder, 6)
    log_probs = log_encode(encoder, observations)
    assert log_probs.shape == (6, NUM_OUTCOMES)
    np.testing.assert_allclose(jnp.exp(log_probs).sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(encode(encoder, observations), jnp.exp(log_probs), atol=1e-6)
    in_rows = jax.tree.map(lambda array: array.reshape(2, 3, *array.shape[1:]), observations)
    np.testing.assert_allclose(log_encode(encoder, in_rows).reshape(6, -1), log_probs, atol=1e-6)


@each_encoder
def test_outcomes_are_permuted_and_merged(encoder):
    observations, order = observations_of(encoder, 5), np.array([2, 0, 3, 1])
    probs = np.asarray(jnp.exp(log_encode(encoder, observations)))
    permuted = encoder.permuted(order)
    np.testing.assert_allclose(
        jnp.exp(log_encode(permuted, observations)), probs[:, order], atol=1e-5
    )
    merge = np.eye(3, dtype=np.float32)[[0, 1, 2, 2]]
    merged = encoder.merged(jnp.asarray(merge))
    assert merged.num_outcomes == 3
    if "composite" not in encoder.kind:  # whose parts are merged one by one
        np.testing.assert_allclose(
            jnp.exp(log_encode(merged, observations)), probs @ merge, atol=1e-5
        )
    twice = merged.permuted(np.array([1, 2, 0]))
    np.testing.assert_allclose(
        log_encode(twice, observations),
        log_encode(merged, observations)[:, jnp.array([1, 2, 0])],
        atol=1e-5,
    )


@each_encoder
def test_an_encoder_comes_back_from_config_and_arrays(encoder):
    encoder = encoder.drawn(jax.random.key(3), 1.0).merged(jnp.eye(NUM_OUTCOMES))
    restored = KINDS.find(encoder.kind).restored(encoder.config(), encoder.arrays())
    observations = observations_of(encoder, 4)
    np.testing.assert_array_equal(restored.logits(observations), encoder.logits(observations))
    assert eqx.tree_equal(restored, encoder)
    arrays = encoder.arrays()
    with pytest.raises((ValueError, KeyError)):
        type(encoder).restored(encoder.config(), arrays | {"strange": np.zeros(1)})
    with pytest.raises((ValueError, KeyError)):
        type(encoder).restored(encoder.config(), dict(list(arrays.items())[1:]))


@each_encoder
def test_drawn_weights_come_from_their_key_and_learn(encoder):
    observations = observations_of(encoder, 3)
    first, again, other = (encoder.drawn(jax.random.key(seed), 0.5) for seed in (1, 1, 2))
    assert eqx.tree_equal(first, again)
    assert not np.allclose(first.logits(observations), other.logits(observations))

    def loss(encoder):
        return -log_encode(encoder, observations)[:, 0].mean()

    gradient = eqx.filter_grad(loss)(first)
    better = eqx.apply_updates(first, jax.tree.map(lambda leaf: -0.01 * leaf, gradient))
    assert loss(better) < loss(first)


@each_encoder
def test_an_agent_decides_saves_and_loads_with_it(encoder, tmp_path):
    rng = np.random.default_rng(0)
    model = GenerativeModel(
        A=random_distribution(rng, NUM_OUTCOMES, 3),
        B=random_distribution(rng, 3, 3, 2),
        C=rng.normal(size=NUM_OUTCOMES),
        D=np.full(3, 1 / 3),
        policy_len=2,
    )
    agent = ActiveInferenceEncoderAgent(encoder, model)
    agent.save(tmp_path / "agent.aif")
    loaded = ActiveInferenceEncoderAgent.load(tmp_path / "agent.aif")
    assert loaded.observation_space == encoder.observation_space
    observations = observations_of(encoder, 70)  # compiled, where one alone is NumPy's
    actions, (beliefs,) = agent.predict(observations)
    assert actions.shape == (70,)
    one = jax.tree.map(lambda array: array[3], observations)
    action, (belief,) = loaded.predict(one)
    assert action.shape == ()
    assert action == actions[3]
    np.testing.assert_allclose(belief[0], beliefs[3], atol=1e-5)


def test_a_composite_adds_up_what_its_parts_say():
    encoder = ENCODERS["composite"]
    observations = observations_of(encoder, 4)
    parts = [log_encode(part, observations[name]) for name, part in encoder.parts.items()]
    expected = jax.nn.log_softmax(sum(parts), axis=-1)
    np.testing.assert_allclose(log_encode(encoder, observations), expected, atol=1e-5)


def test_a_space_without_an_encoder_is_named():
    space = gym.spaces.Box(0, 1, (3, 4), np.float32)
    with pytest.raises(
        TypeError, match=r"observation_space must be .*, got Box\(0\.0, 1\.0, \(3, 4"
    ):
        choose_encoder(space, 4, 8, 1, jax.random.key(0))


def test_standardised_inputs_have_mean_0_and_deviation_1():
    seen = np.random.default_rng(0).normal(5, 3, size=(50, 3)).astype(np.float32)
    encoder = ENCODERS["mlp"].standardised(seen)
    np.testing.assert_allclose(encoder.input_shift, seen.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(encoder.input_scale, seen.std(axis=0), rtol=1e-6)
    scaled = (seen - seen.mean(axis=0)) / seen.std(axis=0)
    np.testing.assert_allclose(encoder.logits(seen), ENCODERS["mlp"].logits(scaled), atol=1e-5)
