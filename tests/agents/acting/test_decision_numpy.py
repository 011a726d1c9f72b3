import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent
from aifgym.agents.acting import decision
from aifgym.agents.acting.decision import AgentCore
from aifgym.agents.acting.decision_numpy import Decider, decide_small, on_host
from aifgym.agents.models import filtering as inference
from aifgym.agents.planning import tree as planning
from aifgym.agents.planning.logarithm import log_probability
from helpers import random_distribution, random_model, small_encoder
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=5)
@given(
    seed=st.integers(0, 2**32 - 1),
    num_envs=st.integers(1, 4),
    num_states=st.integers(2, 5),
    num_actions=st.integers(2, 4),
    policy_len=st.integers(1, 3),
    gamma=st.sampled_from([0.5, 16.0]),
    use_states_info_gain=st.booleans(),
    has_prior=st.booleans(),
    has_usage=st.booleans(),
    has_merge=st.booleans(),
)
def test_decisions_in_numpy_equal_those_of_jax(
    seed, num_envs, num_states, num_actions, policy_len, gamma, use_states_info_gain, has_prior,
    has_usage, has_merge,
):  # fmt: skip
    rng = np.random.default_rng(seed)
    model = random_model(
        rng,
        num_states,
        num_states,
        num_actions,
        policy_len,
        planner="tree",
        gamma=gamma,
        use_states_info_gain=use_states_info_gain,
        E=random_distribution(rng, num_actions**policy_len) if has_prior else None,
    )
    encoder = small_encoder(num_states + has_merge, seed=seed % 1000)
    if has_merge:
        merge = jnp.asarray(random_distribution(rng, num_states, num_states + 1).T, jnp.float32)
        encoder = eqx.tree_at(lambda e: e.merge, encoder, merge, is_leaf=lambda x: x is None)
    encoder = eqx.tree_at(lambda e: e.input_shift, encoder, jnp.asarray([0.5, -2.0]))
    core = AgentCore(encoder, model, random_distribution(rng, num_states) if has_usage else None)
    observations = rng.normal(size=(num_envs, 2)).astype(np.float32) * 3
    prior = rng.dirichlet(np.ones(num_states), size=num_envs).astype(np.float32)
    prior[0] = np.eye(num_states)[0]  # certain
    action, belief, next_prior = decide_small(on_host(core), observations, prior)
    expected_belief, expected_prior, neg_efe = eqx.filter_jit(_in_jax)(
        core, observations, prior, action
    )
    np.testing.assert_allclose(belief, expected_belief, atol=1e-5)
    np.testing.assert_allclose(next_prior, expected_prior, atol=1e-5)
    # An action of another number is as good, but for rounding.
    log_prior = 0 if model.E is None else np.log(np.maximum(model.E, 1e-16))
    by_action = (gamma * np.asarray(neg_efe) + log_prior).reshape(num_envs, num_actions, -1).max(2)
    chosen = by_action[np.arange(num_envs), action]
    np.testing.assert_allclose(chosen, by_action.max(axis=1), atol=1e-4)
    assert belief.dtype == next_prior.dtype == np.float32


def _in_jax(core, observations, prior, action):
    belief = decision.infer_states(core, observations, prior)
    neg_efe = planning.negative_expected_free_energy(core.planner, belief)
    return belief, inference.predict_belief(belief, action, core.B), neg_efe


def test_of_equally_good_policies_the_first_is_taken():
    model = random_model(np.random.default_rng(0))
    model = dataclasses.replace(model, B=np.repeat(model.B[:, :, :1], 3, axis=2))
    core = AgentCore(small_encoder(), model, None)
    prior = np.tile(model.D, (2, 1))
    assert (decide_small(on_host(core), np.ones((2, 2), "f"), prior)[0] == 0).all()


def test_few_observations_are_decided_in_numpy_and_many_are_compiled():
    agent = ActiveInferenceEncoderAgent(small_encoder(), random_model(np.random.default_rng(0)))
    many = agent._engine._decide.small_batch + 1
    observations = np.random.default_rng(1).normal(size=(many, 2))
    agent.predict(observations)
    beliefs = agent.beliefs
    agent.predict(observations[:-1])
    np.testing.assert_allclose(agent.beliefs, beliefs[:-1], atol=1e-5)
    inductive = random_model(np.random.default_rng(0), num_outcomes=4, planner="inductive")
    assert Decider(AgentCore(small_encoder(4), inductive, None)).small_batch == 0


def test_observations_too_large_for_the_encoder_do_not_warn():
    agent = ActiveInferenceEncoderAgent(small_encoder(), random_model(np.random.default_rng(0)))
    assert agent.predict(np.array([3e38, -3e38]))[0].shape == ()


@pytest.mark.parametrize("lowest", [1e-20, 0.5])
def test_logarithm_is_as_exact_as_float32_allows(lowest):
    probability = np.append(np.geomspace(lowest, 1.001, 100_001), [0.0, 1.0]).astype(np.float32)
    exact = np.log(np.maximum(probability.astype(float), np.finfo(float).eps))
    ours = np.asarray(jax.jit(log_probability)(probability))
    np.testing.assert_allclose(ours, exact, rtol=1e-6, atol=2e-7)
    np.testing.assert_allclose(probability * ours, probability * exact, atol=1e-7)
    assert ours[-1] == 0
