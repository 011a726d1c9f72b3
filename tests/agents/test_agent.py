import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent
from aifgym.agents.encoders.protocol import encode
from helpers import random_model, small_encoder


def eager_pymdp_loop(agent, observations, episode_starts):
    """The plain loop of the tutorial's section 9 over pymdp's own calls, not compiled."""
    num_envs = observations.shape[1]
    theirs = agent.model.to_pymdp(num_envs)
    prior, actions, beliefs = theirs.D, [], []
    for observation, start in zip(observations, episode_starts):
        prior = [jnp.where(jnp.asarray(start)[:, None], theirs.D[0], prior[0])]
        outcome = encode(agent.encoder, jnp.asarray(observation))
        qs = theirs.infer_states([outcome], empirical_prior=prior)
        q_pi, _ = theirs.infer_policies(qs)
        action = theirs.sample_action(q_pi)
        prior = theirs.update_empirical_prior(action, qs)
        actions.append(np.asarray(action[:, 0]))
        beliefs.append(np.asarray(qs[0][:, 0]))
    return np.stack(actions), np.stack(beliefs), np.asarray(prior[0])


@pytest.mark.parametrize("seed", range(3))
def test_predict_equals_a_plain_loop_over_pymdp(seed):
    rng = np.random.default_rng(seed)
    agent = ActiveInferenceEncoderAgent(small_encoder(seed=seed), random_model(rng))
    observations = rng.normal(size=(6, 4, 2)).astype(np.float32) * 3
    starts = rng.random((6, 4)) < 0.3
    expected_actions, expected_beliefs, expected_prior = eager_pymdp_loop(
        agent, observations, starts
    )
    state = None
    for t in range(6):
        action, state = agent.predict(observations[t], state, starts[t])
        np.testing.assert_array_equal(action, expected_actions[t])
        np.testing.assert_allclose(agent.beliefs, expected_beliefs[t], atol=1e-5)
    np.testing.assert_allclose(state[0], expected_prior, atol=1e-5)


def test_the_genuine_pymdp_agent_takes_continuous_observations(agent):
    observations = np.random.default_rng(0).normal(size=(3, 2)).astype(np.float32)
    theirs = agent.pymdp_agent(batch_size=3)
    qs = theirs.infer_states([jnp.asarray(observations)], empirical_prior=theirs.D)
    agent.predict(observations)
    np.testing.assert_allclose(agent.beliefs, qs[0][:, 0], atol=1e-5)


def test_shapes_and_types_of_predict(agent):
    action, state = agent.predict(np.zeros(2))
    assert action.shape == ()
    assert action.dtype == np.int64
    assert isinstance(state, tuple)
    assert state[0].shape == (1, 5)
    assert state[0].dtype == np.float32
    action, state = agent.predict(np.zeros((7, 2)), None, np.ones(7, bool))
    assert action.shape == (7,)
    assert action.dtype == np.int64
    assert state[0].shape == (7, 5)
    np.testing.assert_allclose(state[0].sum(axis=1), 1, atol=1e-6)


def test_beliefs_restart_exactly_where_an_episode_starts(agent):
    rng = np.random.default_rng(0)
    _, state = agent.predict(rng.normal(size=(3, 2)))
    observations = rng.normal(size=(3, 2))
    agent.predict(observations, state, np.array([False, True, False]))
    mixed = agent.beliefs
    agent.predict(observations, state, np.zeros(3, bool))
    remembered = agent.beliefs
    agent.predict(observations)
    fresh = agent.beliefs
    np.testing.assert_array_equal(mixed[[0, 2]], remembered[[0, 2]])
    np.testing.assert_array_equal(mixed[1], fresh[1])
    assert (remembered[1] != fresh[1]).any()


def test_predict_does_not_change_the_state_it_is_given(agent):
    _, state = agent.predict(np.ones((2, 2)))
    before = state[0].copy()
    agent.predict(np.zeros((2, 2)), state, np.array([True, False]))
    np.testing.assert_array_equal(state[0], before)


def test_predict_compiles_once_for_all_batch_sizes_up_to_a_power_of_two(agent):
    for num_envs in (1, 100, 3, 65, 127, 128, 100):
        state = None
        for _ in range(3):
            _, state = agent.predict(np.zeros((num_envs, 2)), state, np.zeros(num_envs, bool))
    assert agent._engine._decide.compiled.__wrapped__._cache_size() == 1


@pytest.mark.parametrize("engine", ["joint", "pymdp"])
def test_what_a_batch_is_padded_with_changes_nothing(engine):
    agent = ActiveInferenceEncoderAgent(
        small_encoder(), random_model(np.random.default_rng(0), policy_len=2), engine=engine
    )
    observations = np.random.default_rng(1).normal(size=(128, 2))
    actions, state = agent.predict(observations)
    beliefs = agent.beliefs
    some, following = agent.predict(observations[:100])
    assert some.shape == (100,)
    np.testing.assert_array_equal(some, actions[:100])
    np.testing.assert_allclose(agent.beliefs, beliefs[:100], atol=1e-6)
    np.testing.assert_allclose(following[0], state[0][:100], atol=1e-6)
    assert agent.free_energy(observations[:100]).vfe.shape == (100,)


def test_stochastic_predictions_follow_the_seed(agent):
    observations = np.random.default_rng(0).normal(size=(50, 2))
    draws = []
    for seed in (1, 1, 2):
        agent.set_random_seed(seed)
        draws.append(agent.predict(observations, deterministic=False)[0])
    np.testing.assert_array_equal(draws[0], draws[1])
    assert (draws[0] != draws[2]).any()
    assert (agent.predict(observations, deterministic=False)[0] != draws[2]).any()


def test_encode_and_update_beliefs(agent):
    observations = np.random.default_rng(0).normal(size=(4, 2))
    probs = agent.encode(observations)
    assert probs.shape == (4, 5)
    np.testing.assert_allclose(probs.sum(axis=1), 1, atol=1e-6)
    expected = jax.nn.softmax(jax.vmap(agent.encoder)(jnp.asarray(observations, jnp.float32)))
    np.testing.assert_allclose(probs, expected, atol=1e-6)
    prior = np.tile(agent.model.D, (4, 1))
    agent.predict(observations)
    np.testing.assert_allclose(agent.update_beliefs(observations, prior), agent.beliefs, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((np.zeros(3),), r"observation must have shape \(2,\) or \(N, 2\), got \(3,\)"),
        ((np.zeros((2, 2, 2)),), "observation must have shape"),
        ((np.array([0.0, np.nan]),), "observation must be finite"),
        ((np.zeros((2, 2)), (np.zeros((3, 5)),)), r"state must hold beliefs \(2, 5\)"),
        ((np.zeros((2, 2)), None, np.zeros(3, bool)), "episode_start must have shape"),
        ((np.zeros((1, 2)), ()), "state must be what predict returned"),
        ((np.zeros((1, 2)), (np.full((1, 5), np.nan),)), "beliefs that are finite"),
        (({"x": 1},), "observation must be an array"),
        ((np.full(2, 1e300),), "observation must be finite"),
    ],
)
def test_bad_input_to_predict_is_named(agent, arguments, named):
    with pytest.raises(ValueError, match=named):
        agent.predict(*arguments)


def test_an_encoder_of_another_size_is_refused():
    with pytest.raises(ValueError, match="encoder has 4 outcomes, the model has 5 outcomes"):
        ActiveInferenceEncoderAgent(small_encoder(4), random_model(np.random.default_rng(0)))


def test_a_pymdp_agent_in_place_of_a_model_is_answered_by_how_to_make_one_of_it(agent):
    with pytest.raises(TypeError, match=r"GenerativeModel.from_pymdp\(agent\) makes one"):
        ActiveInferenceEncoderAgent(agent.encoder, agent.pymdp_agent())
