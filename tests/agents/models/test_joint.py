"""Factors flattened into one: equal to pymdp where pymdp is exact, to enumeration everywhere."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents.models.filtering import update_belief
from aifgym.agents.models.flattening import joint_belief, marginals
from aifgym.agents.models.generative_model import GenerativeModel
from aifgym.agents.models.joint import joint_model
from aifgym.agents.models.likelihoods import index_log_likelihood
from aifgym.agents.planning.tree import (
    PolicyTree,
    negative_expected_free_energy,
    policy_posterior,
)
from factored_models import (
    actions,
    brute_force_neg_efe,
    brute_force_posterior,
    factored_models,
    joint_states,
    likelihood,
    random_lists,
    transition,
)
from helpers import random_distribution
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

SEEDS = st.integers(0, 2**32 - 1)


def pymdp_policies(model, by_factor):
    """`q(pi)`, `neg_efe` and the chosen actions of pymdp's `Agent`."""
    agent = model.to_pymdp(len(by_factor[0]))

    def plan(beliefs):
        q_pi, neg_efe = agent.infer_policies(beliefs)
        return q_pi, neg_efe, agent.sample_action(q_pi)

    with jax.numpy_rank_promotion("allow"):
        return jax.jit(plan)([jnp.asarray(b, jnp.float32)[:, None] for b in by_factor])


def best_of(q_pi, action, joint):
    """Probability of the best policy that begins with an action: ties may be broken either way."""
    by_action = np.asarray(q_pi).reshape(len(q_pi), joint.num_actions, -1).max(axis=2)
    return by_action[np.arange(len(q_pi)), np.asarray(action)]


def posterior(model, prior, outcomes):
    """`(N, K)` after integers `(N,)` of each modality."""
    joint = joint_model(model)
    tables = joint.by_modality(joint.A)
    seen = [index_log_likelihood(jnp.asarray(o), jnp.asarray(A)) for o, A in zip(outcomes, tables)]
    return update_belief(sum(seen), jnp.asarray(prior, jnp.float32))


@given(model=factored_models(interacting=True), seed=SEEDS)
@settings(max_examples=50)
def test_the_joint_arrays_are_those_of_enumeration(model, seed):
    joint, states = joint_model(model), joint_states(model)
    np.testing.assert_array_equal(joint.actions, actions(model))
    expected = [
        [[transition(model, now, action, following) for action in actions(model)] for now in states]
        for following in states
    ]
    np.testing.assert_allclose(joint.B, expected, atol=1e-6)
    for modality, A in enumerate(joint.by_modality(joint.A)):
        expected = [[likelihood(model, modality, o, s) for s in states] for o in range(len(A))]
        np.testing.assert_allclose(A, expected, atol=1e-6)
    beliefs = [random_distribution(np.random.default_rng(seed), n, 2).T for n in model.num_states]
    for back, belief in zip(marginals(joint_belief(beliefs), model.num_states), beliefs):
        np.testing.assert_allclose(back, belief, atol=1e-12)


@given(model=factored_models(interacting=True), seed=SEEDS)
@settings(max_examples=5, phases=[Phase.explicit, Phase.generate])
def test_posterior_and_neg_efe_are_those_of_enumeration(model, seed):
    rng = np.random.default_rng(seed)
    prior = random_distribution(rng, int(np.prod(model.num_states)), 2).T
    outcomes = [rng.integers(size, size=2) for size in model.num_outcomes]
    belief = posterior(model, prior, outcomes)
    neg_efe = negative_expected_free_energy(PolicyTree(joint_model(model)), belief)
    for n in range(2):
        expected = brute_force_posterior(model, prior[n], [o[n] for o in outcomes])
        np.testing.assert_allclose(belief[n], expected, atol=1e-5)
        np.testing.assert_allclose(neg_efe[n], brute_force_neg_efe(model, expected), atol=1e-4)


@given(model=factored_models(interacting=False), seed=SEEDS)
@settings(max_examples=5, phases=[Phase.explicit, Phase.generate])
def test_of_independent_factors_policies_are_weighed_as_pymdp_weighs_them(model, seed):
    rng = np.random.default_rng(seed)
    by_factor = [random_distribution(rng, size, 3).T for size in model.num_states]
    q_pi, neg_efe, action = pymdp_policies(model, by_factor)
    joint = joint_model(model)
    belief = jnp.asarray(joint_belief(by_factor), jnp.float32)
    tree = PolicyTree(joint)
    ours = negative_expected_free_energy(tree, belief)
    np.testing.assert_allclose(ours, neg_efe, atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(policy_posterior(tree, ours), q_pi, atol=1e-5)
    np.testing.assert_allclose(
        best_of(q_pi, tree.best_action(belief), joint), q_pi.max(axis=1), atol=1e-5
    )
    theirs = np.ravel_multi_index(np.asarray(action).T, model.num_controls)
    np.testing.assert_allclose(best_of(q_pi, theirs, joint), q_pi.max(axis=1), atol=1e-5)


@given(seed=SEEDS)
@settings(max_examples=4, phases=[Phase.explicit, Phase.generate])
def test_the_posterior_is_pymdps_where_each_modality_sees_one_factor(seed):
    rng = np.random.default_rng(seed)
    rows = [[0], [1], [1]]
    lists = random_lists(rng, [3, 2], [2, 3, 2], [2, 1], rows, [[0], [1]])
    model = GenerativeModel(**lists, categorical_obs=False)
    by_factor = [random_distribution(rng, size, 4).T for size in model.num_states]
    outcomes = [rng.integers(size, size=4) for size in model.num_outcomes]
    agent = model.to_pymdp(4)
    with jax.numpy_rank_promotion("allow"):
        theirs = jax.jit(lambda *seen: agent.infer_states(*seen))(
            [jnp.asarray(o)[:, None] for o in outcomes],
            [jnp.asarray(b, jnp.float32) for b in by_factor],
        )
    ours = marginals(np.asarray(posterior(model, joint_belief(by_factor), outcomes)), [3, 2])
    for their, our in zip(theirs, ours):
        np.testing.assert_allclose(our, their[:, -1], atol=1e-5)


def test_interacting_factors_are_exact_where_pymdp_multiplies_marginals():
    rng = np.random.default_rng(0)
    lists = random_lists(rng, [4, 3], [4, 3], [2, 2], [[0, 1], [1]], [[0, 1], [1]])
    model = GenerativeModel(**lists, policy_len=3)
    by_factor = [random_distribution(rng, size, 16).T for size in model.num_states]
    _, theirs, _ = pymdp_policies(model, by_factor)
    belief = jnp.asarray(joint_belief(by_factor), jnp.float32)
    ours = negative_expected_free_energy(PolicyTree(joint_model(model)), belief)
    assert np.abs(ours - theirs).max() > 1e-3
    np.testing.assert_allclose(ours[0], brute_force_neg_efe(model, belief[0]), atol=1e-4)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"sampling_mode": "marginal"}, "sampling_mode='marginal'"),
        ({"C": [np.zeros((4, 2))]}, "C that changes along a policy"),
        ({"H": [np.ones(2), np.ones(3)]}, "H of several factors"),
    ],
)
def test_what_only_pymdp_defines_is_refused_by_name(settings, named):
    lists = random_lists(np.random.default_rng(0), [2, 3], [2], [2, 1], [[0, 1]], [[0], [1]])
    with pytest.raises(ValueError, match=named):
        joint_model(GenerativeModel(**(lists | settings)))
