import dataclasses
import itertools
import warnings

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents.encoders.protocol import log_encode
from aifgym.agents.models.filtering import scaled_log_likelihood
from aifgym.agents.models.smoothing import smooth
from aifgym.envs import LineWorld
from aifgym.training import fit, simulate
from aifgym.training.objectives.evidence import (
    effective_num_states,
    log_evidence_by_sequence,
    negative_log_evidence,
    state_usage,
)
from helpers import random_model, small_encoder, some_data
from jax.test_util import check_grads

with warnings.catch_warnings():
    # TensorFlow Probability, which dynamax imports, uses what JAX has deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    from dynamax.hidden_markov_model import hmm_filter, hmm_smoother


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    model = random_model(rng, num_states=3, num_outcomes=3, num_actions=2)
    data = some_data(rng, num_sequences=5, length=4, num_actions=2)
    lengths = np.array([4, 3, 1, 4, 2])
    data = dataclasses.replace(data, mask=jnp.asarray(np.arange(4) < lengths[:, None]))
    return small_encoder(3), jnp.asarray(model.B), jnp.asarray(model.D), data


def loss_of(encoder, B, D, data):
    return negative_log_evidence(log_encode(encoder, data.observations), B, D, data)


def log_likelihood_of(encoder, data):
    log_probs = log_encode(encoder, data.observations)
    return np.asarray(scaled_log_likelihood(log_probs, state_usage(log_probs, data.mask)))


def by_enumeration(log_likelihood, actions, length, B, D):
    """Evidence, marginals and transition counts of one sequence from all of its paths."""
    num_states, num_actions = len(D), B.shape[-1]
    total, marginals = 0.0, np.zeros((len(actions), num_states))
    counts = np.zeros((num_states, num_states, num_actions))
    for path in itertools.product(range(num_states), repeat=length):
        weight = D[path[0]] * np.exp(sum(log_likelihood[t, s] for t, s in enumerate(path)))
        for t in range(1, length):
            weight *= B[path[t], path[t - 1], actions[t - 1]]
        total += weight
        for t, state in enumerate(path):
            marginals[t, state] += weight
            if t:
                counts[state, path[t - 1], actions[t - 1]] += weight
    return np.log(total), marginals / total, counts / total


def test_evidence_and_smoother_equal_the_sum_over_all_paths(problem):
    encoder, B, D, data = problem
    likelihood = log_likelihood_of(encoder, data)
    lengths = np.asarray(data.mask.sum(axis=1))
    expected = [
        by_enumeration(likelihood[n], np.asarray(data.actions[n]), lengths[n], B, D)
        for n in range(5)
    ]
    ours = log_evidence_by_sequence(log_encode(encoder, data.observations), B, D, data)
    np.testing.assert_allclose(ours, [e[0] for e in expected], atol=1e-5)
    loss = loss_of(encoder, B, D, data)
    np.testing.assert_allclose(loss, -sum(e[0] for e in expected) / lengths.sum(), atol=1e-5)
    smoothed = smooth(likelihood, data.actions, data.mask, B, D)
    for n, (_, marginals, _) in enumerate(expected):
        kept = slice(lengths[n])
        np.testing.assert_allclose(smoothed.beliefs[n, kept], marginals[kept], atol=1e-5)
    counts = sum(e[2] for e in expected)
    np.testing.assert_allclose(smoothed.transition_counts, counts, atol=1e-5)


def test_evidence_and_smoother_equal_dynamax(problem):
    encoder, B, D, data = problem
    data = dataclasses.replace(data, mask=jnp.ones_like(data.mask))
    likelihood = log_likelihood_of(encoder, data)
    ours = log_evidence_by_sequence(log_encode(encoder, data.observations), B, D, data)
    smoothed = smooth(likelihood, data.actions, data.mask, B, D)
    for n in range(5):
        # dynamax: transition_matrix[t, current, next]
        matrices = jnp.transpose(B, (2, 1, 0))[data.actions[n, :-1]]
        arguments = D, matrices, jnp.asarray(likelihood[n])
        np.testing.assert_allclose(ours[n], hmm_filter(*arguments).marginal_loglik, atol=1e-5)
        expected = hmm_smoother(*arguments).smoothed_probs
        np.testing.assert_allclose(smoothed.beliefs[n], expected, atol=1e-5)


def test_gradients_equal_finite_differences(problem):
    encoder, B, D, data = problem
    arrays, static = eqx.partition(encoder, eqx.is_array)

    def loss(arrays, B_logits):
        dynamics = jax.nn.softmax(B_logits, axis=0)
        return negative_log_evidence(
            log_encode(eqx.combine(arrays, static), data.observations), dynamics, D, data
        )

    check_grads(
        lambda logits: loss(arrays, logits), (jnp.log(B),), order=1, modes=["rev"], rtol=0.02
    )
    gradient = jax.grad(loss)(arrays, jnp.log(B))
    rng = np.random.default_rng(3)
    direction = jax.tree.map(lambda x: jnp.asarray(rng.normal(size=x.shape), jnp.float32), arrays)
    still = (jnp.zeros(2), jnp.zeros(2))  # the standardisation is not trained
    direction = eqx.tree_at(lambda e: (e.input_shift, e.input_scale), direction, still)
    step = 1e-2
    up, down = (
        loss(jax.tree.map(lambda x, d, s=sign: x + s * step * d, arrays, direction), jnp.log(B))
        for sign in (1, -1)
    )
    slope = sum(jnp.vdot(g, d) for g, d in zip(*map(jax.tree.leaves, (gradient, direction))))
    np.testing.assert_allclose((up - down) / (2 * step), slope, rtol=0.02)


def test_the_standardisation_is_not_trained(problem):
    encoder, B, D, data = problem
    gradient = eqx.filter_grad(lambda e: loss_of(e, B, D, data))(encoder)
    assert not gradient.input_shift.any()
    assert not gradient.input_scale.any()


def test_relabelling_encoder_and_dynamics_together_changes_nothing(problem):
    encoder, B, D, data = problem
    order = np.array([2, 0, 1])

    def last(encoder):
        return encoder.mlp.layers[-1].weight, encoder.mlp.layers[-1].bias

    relabelled = eqx.tree_at(last, encoder, tuple(x[order] for x in last(encoder)))
    before = loss_of(encoder, B, D, data)
    after = negative_log_evidence(
        log_encode(relabelled, data.observations), B[order][:, order], D[order], data
    )
    np.testing.assert_allclose(before, after, atol=1e-6)
    assert abs(before - loss_of(relabelled, B, D, data)) > 1e-4


def test_a_collapsed_encoder_gains_nothing(problem):
    encoder, B, D, data = problem
    silent = eqx.tree_at(
        lambda e: e.mlp.layers[-1], encoder, replace_fn=lambda x: jax.tree.map(jnp.zeros_like, x)
    )
    np.testing.assert_allclose(loss_of(silent, B, D, data), 0, atol=1e-6)


def test_shuffling_time_destroys_the_gain():
    world = LineWorld()
    agent, history = fit(world)
    data, _ = simulate(world, 400, 6, jax.random.key(9))
    B, D = jnp.asarray(agent.model.B), jnp.asarray(agent.model.D)
    ordered = loss_of(agent.encoder, B, D, data)
    flat = np.asarray(data.observations).reshape(-1, 2)
    mixed = np.random.default_rng(0).permutation(flat).reshape(data.observations.shape)
    shuffled = loss_of(
        agent.encoder, B, D, dataclasses.replace(data, observations=jnp.asarray(mixed))
    )
    assert ordered < -0.7
    assert shuffled > 0.5
    assert abs(ordered - history.held_out_loss.min()) < 0.1


def test_effective_number_of_states():
    np.testing.assert_allclose(effective_num_states(jnp.full(5, 0.2)), 5, rtol=1e-5)
    np.testing.assert_allclose(effective_num_states(jnp.eye(5)[0]), 1, rtol=1e-5)
