"""An agent that is fed scaled likelihoods: exact Bayes, also through pymdp, and its goals."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel, ObservationEncoder
from aifgym.agents.models.generative_model import epsilon_identity
from helpers import random_model, small_encoder
from scipy import stats


@pytest.fixture
def exact_agent(world):
    """Its encoder is the exact posterior of equally likely states, which is a linear softmax."""
    encoder = ObservationEncoder(2, 5, 4, 0, key=jax.random.key(0))
    weight = jnp.asarray(world.means, jnp.float32)
    bias = jnp.asarray(-(world.means**2).sum(axis=1) / 2, jnp.float32)
    encoder = eqx.tree_at(
        lambda e: (e.mlp.layers[0].weight, e.mlp.layers[0].bias), encoder, (weight, bias)
    )
    A = 0.9 * epsilon_identity(5, 1e-4) + 0.02
    model = GenerativeModel(A, world.transition_matrix, 8.0 * np.eye(5)[2], np.full(5, 0.2))
    return ActiveInferenceEncoderAgent(encoder, model, usage=np.full(5, 0.2))


def exact_bayes(world, observations, actions):
    prior, beliefs = np.full((observations.shape[1], 5), 0.2), []
    for observation, action in zip(observations, actions):
        density = np.stack(
            [stats.multivariate_normal(mean).pdf(observation) for mean in world.means], axis=1
        )
        belief = prior * density
        belief /= belief.sum(axis=1, keepdims=True)
        beliefs.append(belief)
        prior = np.einsum("jin,ni->nj", world.transition_matrix[:, :, action], belief)
    return np.stack(beliefs)


def test_beliefs_equal_exact_bayes_and_pymdp_agrees(world, exact_agent):
    rng = np.random.default_rng(0)
    states = rng.integers(5, size=(7, 4))
    observations = (world.means[states] + rng.normal(size=(7, 4, 2))).astype(np.float32)
    theirs = exact_agent.pymdp_agent(batch_size=4)
    prior, state, actions, ours, through_pymdp = theirs.D, None, [], [], []
    for observation in observations:
        action, state = exact_agent.predict(observation, state)
        ours.append(exact_agent.beliefs)
        qs = theirs.infer_states([jnp.asarray(observation)], empirical_prior=prior)
        their_action = theirs.sample_action(theirs.infer_policies(qs)[0])
        np.testing.assert_array_equal(action, their_action[:, 0])
        through_pymdp.append(np.asarray(qs[0][:, 0]))
        prior = theirs.update_empirical_prior(their_action, qs)
        actions.append(action)
    expected = exact_bayes(world, observations, actions)
    np.testing.assert_allclose(ours, expected, atol=1e-5)
    np.testing.assert_allclose(through_pymdp, expected, atol=1e-5)


def test_a_likelihood_that_no_observation_gives_is_refused(exact_agent):
    flat = np.full((5, 5), 0.2)
    model = GenerativeModel(flat, exact_agent.model.B, exact_agent.model.C, exact_agent.model.D)
    agent = ActiveInferenceEncoderAgent(exact_agent.encoder, model, usage=np.full(5, 0.2))
    with pytest.raises(ValueError, match="states with the same outcomes"):
        agent.pymdp_agent()


def test_usage_and_merging_come_back_from_the_file(exact_agent, tmp_path):
    merge = np.eye(5, 4) * 0.9 + 0.025
    merge[4] = [0.1, 0.2, 0.3, 0.4]
    encoder = eqx.tree_at(
        lambda e: e.merge, exact_agent.encoder, jnp.asarray(merge, jnp.float32),
        is_leaf=lambda x: x is None,
    )  # fmt: skip
    model = random_model(np.random.default_rng(0), num_states=4, num_outcomes=4)
    agent = ActiveInferenceEncoderAgent(encoder, model, usage=[0.1, 0.2, 0.3, 0.4])
    agent.save(tmp_path / "agent.aif")
    loaded = ActiveInferenceEncoderAgent.load(tmp_path / "agent.aif")
    observations = np.random.default_rng(1).normal(size=(9, 2)) * 3
    np.testing.assert_array_equal(loaded.usage, agent.usage)
    np.testing.assert_array_equal(loaded.encode(observations), agent.encode(observations))
    np.testing.assert_array_equal(
        loaded.predict(observations)[1][0], agent.predict(observations)[1][0]
    )
    expected = jax.nn.softmax(jax.vmap(exact_agent.encoder)(observations.astype("f"))) @ merge
    np.testing.assert_allclose(agent.encode(observations), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("usage", "named"),
    [
        (np.full(4, 0.25), r"axis 0 of usage must have 5 states"),
        (np.full(5, 0.3), "usage must sum to 1"),
    ],
)
def test_a_usage_that_does_not_fit_is_refused(exact_agent, usage, named):
    with pytest.raises(ValueError, match=named):
        ActiveInferenceEncoderAgent(exact_agent.encoder, exact_agent.model, usage=usage)


def test_usage_needs_outcomes_that_are_states():
    model = random_model(np.random.default_rng(0))
    with pytest.raises(ValueError, match="as many outcomes as states"):
        ActiveInferenceEncoderAgent(small_encoder(), model, usage=np.full(5, 0.2))


def walk(agent, world, start, num_steps=12):
    """Where the agent ends in the world without noise, and how often it was at each state."""
    rng, state, memory, visits = np.random.default_rng(0), start, None, np.zeros(5)
    for _ in range(num_steps):
        observation = world.means[state] + 0.3 * rng.standard_normal(2)
        action, memory = agent.predict(observation, memory)
        state = world.next_states[state, action]
        visits[state] += 1
    return visits


def test_goals_change_without_training_and_leave_the_agent_alone(world, exact_agent):
    assert walk(exact_agent, world, 0).argmax() == 2
    for goal in range(5):
        for agent in (
            exact_agent.with_goal(state=goal),
            exact_agent.with_goal(observation=world.means[goal]),
            exact_agent.with_preferences(8.0 * np.eye(5)[goal]),
        ):
            assert walk(agent, world, 4 - goal).argmax() == goal
            assert agent.evidence == "likelihood"
    assert walk(exact_agent, world, 0).argmax() == 2


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda a: a.with_goal(), "exactly one of state and observation"),
        (lambda a: a.with_goal(state=1, observation=np.zeros(2)), "exactly one"),
        (lambda a: a.with_goal(state=5), r"state must be in 0\.\.4, got 5"),
        (lambda a: a.with_goal(observation=np.zeros(3)), "observation must have shape"),
        (lambda a: a.with_preferences(np.zeros(4)), r"C must have shape \(5,\), got \(4,\)"),
        (lambda a: a.with_preferences(np.full(5, np.nan)), "C must be finite"),
    ],
)
def test_goals_that_make_no_sense_are_named(exact_agent, call, named):
    with pytest.raises(ValueError, match=named):
        call(exact_agent)
