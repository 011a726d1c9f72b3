import itertools

import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents.models import filtering as inference
from helpers import random_model


def brute_force_filter(log_likelihood, actions, B, D):
    """p(s_t | o_0..o_t) by summing over every path of states."""
    num_steps, num_states = log_likelihood.shape
    beliefs = np.zeros((num_steps, num_states))
    for last in range(num_steps):
        for path in itertools.product(range(num_states), repeat=last + 1):
            weight = D[path[0]] * np.exp(log_likelihood[0, path[0]])
            for t in range(1, last + 1):
                weight *= B[path[t], path[t - 1], actions[t - 1]]
                weight *= np.exp(log_likelihood[t, path[t]])
            beliefs[last, path[-1]] += weight
    return beliefs / beliefs.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("seed", range(5))
def test_the_filter_equals_the_sum_over_all_paths(seed):
    rng = np.random.default_rng(seed)
    model = random_model(rng, num_states=3, num_outcomes=3)
    outcome = rng.dirichlet(np.ones(3), size=(2, 4)).astype(np.float32)
    actions = rng.integers(3, size=(2, 4))
    log_likelihood = inference.state_log_likelihood(jnp.asarray(outcome), jnp.asarray(model.A))
    beliefs, priors = inference.filter_beliefs(
        log_likelihood, jnp.asarray(actions), jnp.asarray(model.B), jnp.asarray(model.D)
    )
    for n in range(2):
        expected = brute_force_filter(
            np.asarray(log_likelihood[n], np.float64), actions[n], model.B, model.D
        )
        np.testing.assert_allclose(beliefs[n], expected, atol=1e-5)
        moved = np.stack([model.B[:, :, actions[n, t]] @ expected[t] for t in range(3)])
        np.testing.assert_allclose(priors[n, 1:], moved, atol=1e-5)
        np.testing.assert_allclose(priors[n, 0], model.D, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_posterior_and_free_energy_equal_pymdps(seed):
    rng = np.random.default_rng(seed)
    model = random_model(rng)
    outcome = jnp.asarray(rng.dirichlet(np.ones(5), size=7), jnp.float32)
    prior = jnp.asarray(rng.dirichlet(np.ones(4), size=7), jnp.float32)
    qs, info = model.to_pymdp(7).infer_states([outcome], [prior], return_info=True)
    log_likelihood = inference.state_log_likelihood(outcome, jnp.asarray(model.A))
    belief = inference.update_belief(log_likelihood, prior)
    vfe = inference.variational_free_energy(belief, log_likelihood, prior)
    np.testing.assert_allclose(belief, qs[0][:, 0], atol=1e-5)
    np.testing.assert_allclose(vfe, info["vfe"], atol=1e-5)
