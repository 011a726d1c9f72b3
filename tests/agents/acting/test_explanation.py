import dataclasses

import numpy as np
import pytest
from aifgym.agents.acting.explanation import explain
from aifgym.agents.planning.goal import goal_vector
from aifgym.agents.planning.tree import neg_efe_parts
from helpers import random_distribution, random_model


@pytest.mark.parametrize("use_states_info_gain", [True, False])
def test_parts_are_those_of_pymdp_and_add_up_to_its_neg_efe(use_states_info_gain):
    from pymdp import control

    rng = np.random.default_rng(0)
    model = random_model(rng, use_states_info_gain=use_states_info_gain)
    beliefs = rng.dirichlet(np.ones(4), size=3).astype(np.float32)
    utility, info_gain, _ = neg_efe_parts(model, beliefs)
    agent = model.to_pymdp(1)
    for number, belief in enumerate(beliefs):
        policies = np.asarray(agent.policies.policy_arr)[:, :, 0]
        for index in (0, 5, 26):
            predicted, expected_utility, expected_gain = belief, 0.0, 0.0
            for action in policies[index]:
                predicted = model.B[:, :, action] @ predicted
                outcome = model.A @ predicted
                expected_utility += outcome @ model.C
                expected_gain += float(
                    control.compute_info_gain(
                        [predicted], [outcome], [model.A], agent.A_dependencies
                    )
                )
            assert utility[number, index] == pytest.approx(expected_utility, abs=1e-4)
            gain = expected_gain if use_states_info_gain else 0
            assert info_gain[number, index] == pytest.approx(gain, abs=1e-4)


def test_inductive_value_is_what_pymdp_adds():
    rng = np.random.default_rng(2)
    successors = [[1, 2, 3], [0, 1, 2], [3, 0, 1], [2, 3, 0]]
    B = 0.1 * random_distribution(rng, 4, 4, 3) + 0.9 * np.eye(4)[:, successors]
    model = dataclasses.replace(random_model(rng, policy_len=2), B=B, planner="inductive")
    beliefs = rng.dirichlet(np.ones(4), size=6).astype(np.float32)
    why = explain(model, beliefs)
    q_pi, neg_efe = model.to_pymdp(6, goal=goal_vector(model)).infer_policies([beliefs[:, None]])
    np.testing.assert_allclose(
        why.neg_efe, np.asarray(neg_efe).reshape(6, 3, -1).max(axis=2), atol=1e-4
    )
    np.testing.assert_allclose(
        why.action_probs, np.asarray(q_pi).reshape(6, 3, -1).sum(axis=2), atol=1e-4
    )
    np.testing.assert_allclose(why.utility + why.info_gain + why.inductive, why.neg_efe, atol=1e-4)
    assert (why.inductive < -1).any(), "no action leaves the way"


def test_by_action_agrees_with_pymdps_posterior_and_choice():
    rng = np.random.default_rng(1)
    model = random_model(rng, gamma=2.0)
    beliefs = rng.dirichlet(np.ones(4), size=5).astype(np.float32)
    why = explain(model, beliefs)
    agent = model.to_pymdp(5)
    q_pi, neg_efe = (np.asarray(x) for x in agent.infer_policies([beliefs[:, None]]))
    assert not why.inductive.any()
    by_action = neg_efe.reshape(5, 3, -1)
    np.testing.assert_allclose(why.neg_efe, by_action.max(axis=2), atol=1e-4)
    np.testing.assert_allclose(why.utility + why.info_gain, why.neg_efe, atol=1e-4)
    np.testing.assert_allclose(why.action_probs, q_pi.reshape(5, 3, -1).sum(axis=2), atol=1e-4)
    np.testing.assert_array_equal(why.neg_efe.argmax(axis=1), agent.sample_action(q_pi)[:, 0])
