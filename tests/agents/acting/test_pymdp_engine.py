"""The engine against a plain loop over pymdp's own calls, one environment after the other."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents.acting.pymdp_engine import PymdpModel, decide, first_prior
from aifgym.agents.models.generative_model import GenerativeModel
from aifgym.agents.models.likelihoods import index_log_likelihood
from factored_models import random_lists

A_ROWS = [[0], [1, 0], [0, 1]]
NUM_ENVS, NUM_STEPS = 2, 3


def some_model(interacting=True, **settings):
    B_rows = [[0, 1], [1]] if interacting else [[0], [1]]
    lists = random_lists(np.random.default_rng(3), [3, 2], [3, 2, 4], [2, 2], A_ROWS, B_rows)
    return GenerativeModel(**lists, policy_len=2, gamma=2.0, categorical_obs=False, **settings)


def plain_loop(model, outcomes, restarts, wrap):
    """Actions, posteriors and `neg_efe` by pymdp's own calls, one environment after the other."""
    results = []
    with jax.numpy_rank_promotion("allow"):
        agent = model.to_pymdp(1)
        infer_states = wrap(lambda *at: agent.infer_states(*at))
        infer_policies = wrap(lambda qs: agent.infer_policies(qs))
        for env in range(NUM_ENVS):
            prior, steps = agent.D, []
            for t in range(NUM_STEPS):
                prior = agent.D if restarts[env, t] else prior
                seen = [jnp.asarray(o[env, t])[None, None] for o in outcomes]
                qs = infer_states(seen, prior)
                q_pi, neg_efe = infer_policies(qs)
                action = agent.sample_action(q_pi)
                prior = agent.update_empirical_prior(action, qs)
                steps.append((action[0], [q[0, -1] for q in qs], neg_efe[0]))
            results.append(steps)
    return results


def engine_loop(model, outcomes, restarts):
    engine, tables = PymdpModel(model), [jnp.asarray(a) for a in model.A]
    first = first_prior(model.D, NUM_ENVS)
    step, prior, results = jax.jit(lambda *at: decide(engine, *at, None)), first, []
    for t in range(NUM_STEPS):
        start = restarts[:, t, None]
        prior = [jnp.where(start, d, p) for d, p in zip(first, prior)]
        seen = [index_log_likelihood(jnp.asarray(o[:, t]), a) for o, a in zip(outcomes, tables)]
        results.append(step(seen, prior))
        prior = results[-1].prior
    return results


@pytest.mark.parametrize(
    ("settings", "wrap"),
    [
        ({}, lambda call: call),
        ({"sampling_mode": "marginal", "num_iter": 2}, jax.jit),
        ({"planner": "inductive", "interacting": False}, jax.jit),
    ],
    ids=["full, eager", "marginal", "inductive"],
)
def test_decisions_are_those_of_a_loop_over_pymdps_calls(settings, wrap):
    rng = np.random.default_rng(0)
    model = some_model(**settings)
    outcomes = [rng.integers(size, size=(NUM_ENVS, NUM_STEPS)) for size in model.num_outcomes]
    restarts = rng.random((NUM_ENVS, NUM_STEPS)) < 0.3
    theirs = plain_loop(model, outcomes, restarts, wrap)
    ours = engine_loop(model, outcomes, restarts)
    for env in range(NUM_ENVS):
        for t in range(NUM_STEPS):
            action, beliefs, neg_efe = theirs[env][t]
            np.testing.assert_array_equal(ours[t].action[env], action)
            np.testing.assert_allclose(ours[t].neg_efe[env], neg_efe, atol=1e-5)
            for our, their in zip(ours[t].beliefs, beliefs):
                np.testing.assert_allclose(our[env], their, atol=1e-5)


def test_drawn_actions_repeat_with_the_key_and_follow_the_policy_posterior():
    model = dataclasses.replace(some_model(), gamma=0.5)
    engine, n = PymdpModel(model), 2000
    seen = [jnp.zeros((n, *a.shape[1:])) for a in model.A]
    draw = jax.jit(lambda key: decide(engine, seen, first_prior(model.D, n), key))
    one, two, other = draw(jax.random.key(0)), draw(jax.random.key(0)), draw(jax.random.key(1))
    np.testing.assert_array_equal(one.action, two.action)
    assert (one.action != other.action).any()
    expected = one.policy_probs[0].reshape(4, -1).sum(axis=1)
    drawn = np.bincount(np.ravel_multi_index(one.action.T, (2, 2)), minlength=4) / n
    np.testing.assert_allclose(drawn, expected, atol=0.05)


def test_inductive_inference_over_interacting_factors_is_refused():
    with pytest.raises(ValueError, match=r"'inductive' needs factors that depend on themselves"):
        PymdpModel(some_model(planner="inductive"))
