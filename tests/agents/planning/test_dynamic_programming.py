import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import GenerativeModel
from aifgym.agents.planning.choose import build_planner
from aifgym.agents.planning.policy_iteration import plan
from helpers import random_distribution
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse


@settings(max_examples=25, deadline=None)
@given(
    num_states=st.integers(1, 12),
    num_controls=st.integers(1, 4),
    discount=st.floats(0.5, 0.99),
    seed=st.integers(0, 999),
)
def test_policy_iteration_finds_what_value_iteration_converges_to(
    num_states, num_controls, discount, seed
):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.full(num_states, 0.3), size=(num_states, num_controls))
    gain = rng.normal(size=(num_states, num_controls))
    rows = sparse.csr_array(discount * probabilities.reshape(-1, num_states))
    found = plan(rows, gain)
    value = np.zeros(num_states)
    for _ in range(int(30 / (1 - discount))):
        value = (gain + discount * probabilities @ value).max(axis=1)
    np.testing.assert_allclose(found.value, value, atol=1e-6)
    np.testing.assert_allclose(found.neg_efe, gain + discount * probabilities @ value, atol=1e-6)
    np.testing.assert_allclose(plan(rows, gain, found.policy).value, found.value, atol=1e-9)


def test_the_sparse_solution_is_the_dense_one():
    rng = np.random.default_rng(0)
    size = 800  # above what is solved densely
    targets = rng.integers(size, size=(size, 2))
    rows = sparse.csr_array((np.full(2 * size, 0.9), (np.arange(2 * size), targets.ravel())))
    gain = rng.normal(size=(size, 2))
    found = plan(sparse.csr_array(rows, shape=(2 * size, size)), gain)
    chosen = targets[np.arange(size), found.policy]
    expected = gain[np.arange(size), found.policy] + 0.9 * found.value[chosen]
    np.testing.assert_allclose(found.value, expected, atol=1e-8)
    np.testing.assert_allclose(found.value, found.neg_efe.max(axis=1), atol=1e-6)


def random_model(policy_len, seed=0, ambiguous=False, **settings):
    rng = np.random.default_rng(seed)
    return GenerativeModel(
        A=random_distribution(rng, 4, 4) if ambiguous else np.eye(4),
        B=random_distribution(rng, 4, 4, 3),
        C=rng.normal(size=4),
        D=np.full(4, 0.25),
        policy_len=policy_len,
        planner="dynamic_programming",
        **settings,
    )


def worth(model, state, action, steps):
    """By recursion over all that can happen, without sharing anything."""
    seen = model.A.astype(float) @ model.B[:, state, action]
    total = model.C @ seen
    if model.use_states_info_gain:
        for after, probability in enumerate(model.B[:, state, action]):
            likelihood = model.A[:, after]
            used = likelihood > 0
            ratio = np.log(likelihood[used] / seen[used])
            total += probability * likelihood[used] @ ratio
    if steps == 1:
        return total
    for after, probability in enumerate(model.B[:, state, action]):
        following = max(worth(model, after, nxt, steps - 1) for nxt in range(3))
        total += probability * following
    return total


@pytest.mark.parametrize("ambiguous", [False, True])
@pytest.mark.parametrize("policy_len", [1, 3])
def test_backward_induction_is_the_recursion_over_all_futures(policy_len, ambiguous):
    model = random_model(policy_len, ambiguous=ambiguous)
    planner = build_planner(model)
    expected = [[worth(model, s, a, policy_len) for a in range(3)] for s in range(4)]
    np.testing.assert_allclose(planner.neg_efe, expected, atol=1e-5)
    beliefs = np.random.default_rng(1).dirichlet(np.ones(4), 6).astype("f")
    best = np.argmax(beliefs @ np.array(expected), axis=1)
    np.testing.assert_array_equal(planner.best_action(jnp.asarray(beliefs)), best)
    np.testing.assert_array_equal(planner.on_host().numpy_best_action(beliefs), best)
    explanation = planner.explain(model, beliefs)
    np.testing.assert_allclose(explanation.neg_efe, beliefs @ np.array(expected), atol=1e-5)
    np.testing.assert_allclose(explanation.action_probs.sum(axis=1), 1, atol=1e-6)


def test_actions_are_drawn_in_proportion_to_the_posterior():
    planner = build_planner(random_model(2, gamma=0.7))
    belief = jnp.full((4000, 4), 0.25)
    drawn = np.asarray(planner.sampled_action(belief, jax.random.key(0)))
    probs = planner.explain(random_model(2, gamma=0.7), np.full((1, 4), 0.25)).action_probs[0]
    np.testing.assert_allclose(np.bincount(drawn, minlength=3) / 4000, probs, atol=0.03)


def test_a_prior_over_policies_is_refused():
    model = random_model(1, E=np.full(3, 1 / 3))
    with pytest.raises(ValueError, match="E must be None"):
        build_planner(model)
