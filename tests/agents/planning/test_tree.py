import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents.planning import tree as planning
from helpers import random_distribution, random_model
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=5)
@given(
    seed=st.integers(0, 2**32 - 1),
    num_states=st.integers(2, 6),
    num_outcomes=st.integers(2, 6),
    num_actions=st.integers(2, 4),
    policy_len=st.integers(1, 4),
    gamma=st.sampled_from([0.5, 1.0, 16.0]),
    use_states_info_gain=st.booleans(),
    has_prior=st.booleans(),
)
def test_expected_free_energy_posterior_and_action_equal_pymdps(
    seed, num_states, num_outcomes, num_actions, policy_len, gamma, use_states_info_gain, has_prior
):
    rng = np.random.default_rng(seed)
    model = random_model(
        rng,
        num_states,
        num_outcomes,
        num_actions,
        policy_len,
        gamma=gamma,
        use_states_info_gain=use_states_info_gain,
        E=random_distribution(rng, num_actions**policy_len) if has_prior else None,
    )
    belief = jnp.asarray(rng.dirichlet(np.ones(num_states), size=3), jnp.float32)
    tree = planning.PolicyTree(model)
    neg_efe = planning.negative_expected_free_energy(tree, belief)
    q_pi = planning.policy_posterior(tree, neg_efe)

    theirs = model.to_pymdp(3)
    their_q_pi, their_neg_efe = theirs.infer_policies([belief[:, None]])
    np.testing.assert_allclose(neg_efe, their_neg_efe, rtol=1e-5, atol=1e-5)
    # gamma multiplies the rounding of neg_efe.
    np.testing.assert_allclose(q_pi, their_q_pi, atol=1e-4)
    best = np.sort(np.asarray(their_q_pi), axis=1)
    clear = best[:, -1] - best[:, -2] > 1e-4
    action = tree.best_action(belief)
    np.testing.assert_array_equal(action[clear], theirs.sample_action(their_q_pi)[clear, 0])


@pytest.mark.parametrize("has_prior", [False, True])
def test_sampled_actions_follow_the_policy_posterior(has_prior):
    rng = np.random.default_rng(0)
    E = random_distribution(rng, 9) if has_prior else None
    tree = planning.PolicyTree(random_model(rng, policy_len=2, E=E))
    belief = jnp.asarray(np.random.default_rng(1).dirichlet(np.ones(4)), jnp.float32)[None]
    q_pi = planning.policy_posterior(tree, planning.negative_expected_free_energy(tree, belief))
    actions = tree.sampled_action(jnp.tile(belief, (20_000, 1)), jax.random.key(0))
    frequencies = np.bincount(actions, minlength=3) / 20_000
    expected = np.asarray(q_pi).reshape(3, 3).sum(axis=1)
    np.testing.assert_allclose(frequencies, expected, atol=4 * np.sqrt(0.25 / 20_000))


@pytest.mark.parametrize("policy_len", [1, 3])
def test_a_policy_that_alone_is_possible_gives_its_first_action(policy_len):
    policies = random_model(np.random.default_rng(0), policy_len=policy_len).to_pymdp(1).policies
    belief = jnp.full((1, 4), 0.25)
    for place, policy in enumerate(np.asarray(policies.policy_arr)[:, :, 0]):
        E = np.eye(3**policy_len)[place]
        model = random_model(np.random.default_rng(0), policy_len=policy_len, E=E, gamma=0.1)
        assert planning.PolicyTree(model).best_action(belief)[0] == policy[0]


@pytest.mark.parametrize("has_prior", [False, True])
def test_of_equally_good_actions_the_first_is_taken_whatever_rounding_says(has_prior):
    """All states are alike, so all policies are; their sums differ in the last places."""
    rng = np.random.default_rng(0)
    one = random_distribution(rng, 5)[:, None]
    model = random_model(rng, 6, 5, 3, 3, E=np.full(27, 1 / 27) if has_prior else None)
    model = dataclasses.replace(model, A=np.tile(one, 6), C=rng.normal(size=5) * 3)
    tree = planning.PolicyTree(model)
    belief = rng.dirichlet(np.ones(6), size=200).astype(np.float32)
    neg_efe = planning.negative_expected_free_energy(tree, jnp.asarray(belief))
    assert len(np.unique(np.asarray(neg_efe).argmax(axis=1))) > 1
    np.testing.assert_array_equal(tree.best_action(jnp.asarray(belief)), 0)
    np.testing.assert_array_equal(tree.on_host().numpy_best_action(belief), 0)
