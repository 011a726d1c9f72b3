"""Information gain about parameters: against closed forms, enumeration and pymdp."""

import dataclasses
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.agents.models.novelty import divergence_of_one_more, expected_gain
from aifgym.agents.planning.belief_tree import BeliefTree
from aifgym.agents.planning.dynamic_programming import DynamicProgrammingPlanner
from aifgym.agents.planning.searches import SophisticatedPlanner
from aifgym.agents.planning.tree import PolicyTree, _backed_up, neg_efe_parts
from factored_models import random_lists
from scipy.special import digamma, gammaln


def divergence(after, before):
    """Of two Dirichlet distributions (the textbook's formula)."""
    return (
        gammaln(after.sum())
        - gammaln(after).sum()
        - gammaln(before.sum())
        + gammaln(before).sum()
        + (after - before) @ (digamma(after) - digamma(after.sum()))
    )


def test_one_more_outcome_moves_a_dirichlet_by_the_textbooks_divergence():
    counts = np.random.default_rng(0).gamma(1.0, size=(4, 3)) + 0.1
    for column in range(3):
        own = counts[:, column]
        found = [divergence(own + np.eye(4)[o], own) for o in range(4)]
        np.testing.assert_allclose(divergence_of_one_more(counts)[:, column], found, atol=1e-9)
    traced = divergence_of_one_more(jnp.asarray(counts, jnp.float32), jnp)
    np.testing.assert_allclose(traced, divergence_of_one_more(counts), atol=1e-5)
    assert (divergence_of_one_more(np.array([[0.0, 0], [2, 0]])) >= 0).all()
    assert expected_gain(np.zeros((2, 1)), np.full((2, 1), 0.5)) == 0


def sure_model(rng, **settings):
    """Two factors that move for sure and are seen through noise, all with counts."""
    lists = random_lists(rng, [3, 2], [3, 4], [2, 2], [[0], [0, 1]], [[0], [1]])
    lists["B"] = [
        np.eye(n)[rng.integers(n, size=(n, u))].transpose(2, 0, 1) for n, u in ((3, 2), (2, 2))
    ]
    lists["D"] = [np.eye(3)[1], np.eye(2)[0]]
    counts = {f"p{x}": [rng.gamma(1.0, size=np.shape(a)) for a in lists[x]] for x in "AB"}
    return GenerativeModel(
        **lists | counts,
        policy_len=2,
        use_param_info_gain=True,
        categorical_obs=False,
        **settings,
    )


@pytest.mark.parametrize("which", ["pA", "pB", "both"])
def test_it_is_pymdps_where_states_are_sure(which):
    model = sure_model(np.random.default_rng(0))
    if which != "both":
        model = dataclasses.replace(model, **{"pB" if which == "pA" else "pA": None})
    agent = model.to_pymdp(1)
    with jax.numpy_rank_promotion("allow"):
        _, neg_efe = agent.infer_policies([d[:, None] for d in agent.D])
    belief = np.outer(*model.D).reshape(1, -1)
    parts = neg_efe_parts(model, belief)
    np.testing.assert_allclose(sum(parts), neg_efe, atol=2e-5)
    assert parts[2].min() > 0


def unsure_model(**settings):
    rng = np.random.default_rng(1)
    lists = random_lists(rng, [3, 2], [3, 4], [2, 2], [[0], [0, 1]], [[0, 1], [1]])
    counts = {f"p{x}": [5 * rng.random(np.shape(a)) for a in lists[x]] for x in "AB"}
    arrays = {x: [a / a.sum(0) for a in counts[f"p{x}"]] for x in "AB"}
    return GenerativeModel(**lists | arrays | counts, use_param_info_gain=True, **settings)


def test_where_states_are_not_sure_an_outcome_counts_for_the_state_that_brings_it():
    model = unsure_model(policy_len=2)
    joint, states = model.joint, list(itertools.product(range(3), range(2)))
    belief = np.random.default_rng(2).dirichlet(np.ones(6))
    A_moved = [divergence_of_one_more(own.astype(float)) for own in model.pA]
    B_moved = [divergence_of_one_more(own.astype(float)) for own in model.pB]
    found = []
    for policy in itertools.product(range(4), repeat=2):
        q, total = belief, 0.0
        for action in policy:
            u, following = joint.actions[action], np.zeros(6)
            for (s, state), (n, after) in itertools.product(enumerate(states), repeat=2):
                p = q[s] * joint.B[n, s, action]
                following[n] += p
                total += p * B_moved[0][after[0], state[0], state[1], u[0]]
                total += p * B_moved[1][after[1], state[1], u[1]]
                total += p * model.A[0][:, after[0]] @ A_moved[0][:, after[0]]
                total += p * model.A[1][:, after[0], after[1]] @ A_moved[1][:, after[0], after[1]]
            q = following
        found.append(total)
    np.testing.assert_allclose(neg_efe_parts(model, belief[None])[2][0], found, rtol=1e-4)


def test_all_planners_that_weigh_it_agree_and_explain_it():
    model = unsure_model(policy_len=2)
    joint, tree = model.joint, PolicyTree(model)
    beliefs = np.random.default_rng(3).dirichlet(np.ones(6), size=5).astype(np.float32)
    expected = _backed_up(tree, jnp.asarray(beliefs), jnp.max)
    carried = BeliefTree(joint, *map(jnp.asarray, (joint.A, joint.B, joint.novelty)))
    for place, belief in enumerate(beliefs):
        np.testing.assert_allclose(
            carried._backed_up(jnp.asarray(belief), jnp.max), expected[:, place], atol=1e-4
        )
    agent = ActiveInferenceEncoderAgent(None, model)
    assert agent.engine == "joint"
    why = agent.explain(np.array([[0, 1], [2, 3]]))
    parts = why.utility + why.info_gain + why.param_info_gain + why.inductive
    np.testing.assert_allclose(parts, why.neg_efe, atol=1e-5)
    assert why.param_info_gain.min() > 0
    last = DynamicProgrammingPlanner(dataclasses.replace(model, policy_len=1).joint)
    plain = dataclasses.replace(model, policy_len=1, use_param_info_gain=False)
    without = DynamicProgrammingPlanner(plain.joint)
    np.testing.assert_allclose(last.neg_efe - without.neg_efe, joint.novelty, atol=1e-5)


def test_prefixes_that_lead_to_the_same_states_differ_where_one_tells_more():
    B = np.stack([np.eye(2)[[1, 0]]] * 2, axis=-1)  # both actions do the same
    pB = np.stack([100 * B[..., 0], 100 * B[..., 1]], axis=-1)
    pB[..., 1] = B[..., 1] + 0.5  # and of the second little is known
    model = GenerativeModel(
        A=np.eye(2), B=B, D=[1, 0], pB=pB, policy_len=3, planner="tree", use_param_info_gain=True
    )
    belief = np.array([[1.0, 0.0]], np.float32)
    assert PolicyTree(model).best_action(jnp.asarray(belief))[0] == 1
    gains = neg_efe_parts(model, belief)[2][0].reshape(2, 2, 2)
    assert gains[1, 1, 1] > gains[1, 0, 1] > gains[0, 0, 1] > gains[0, 0, 0]


def test_planners_that_do_not_weigh_it_are_refused_on_the_joint_state(monkeypatch):
    model = dataclasses.replace(unsure_model(policy_len=2), planner="sophisticated")
    with pytest.raises(ValueError, match="planner 'sophisticated' cannot have use_param_info_gain"):
        ActiveInferenceEncoderAgent(None, model, engine="joint")
    # Planners say themselves whether they do: nobody keeps a list of names.
    monkeypatch.setattr(SophisticatedPlanner, "weighs_novelty", True, raising=False)
    ActiveInferenceEncoderAgent(None, model, engine="joint")
