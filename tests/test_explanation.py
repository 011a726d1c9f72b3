import numpy as np
import pytest
from aifgym.agents.explanation import explain, neg_efe_parts
from helpers import random_model


@pytest.mark.parametrize("use_states_info_gain", [True, False])
def test_parts_are_those_of_pymdp_and_add_up_to_its_neg_efe(use_states_info_gain):
    from pymdp import control

    rng = np.random.default_rng(0)
    model = random_model(rng, use_states_info_gain=use_states_info_gain)
    beliefs = rng.dirichlet(np.ones(4), size=3).astype(np.float32)
    utility, info_gain = neg_efe_parts(model, beliefs)
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


def test_by_action_agrees_with_pymdps_posterior_and_choice():
    rng = np.random.default_rng(1)
    model = random_model(rng, gamma=2.0)
    beliefs = rng.dirichlet(np.ones(4), size=5).astype(np.float32)
    why = explain(model, beliefs)
    agent = model.to_pymdp(5)
    q_pi, neg_efe = (np.asarray(x) for x in agent.infer_policies([beliefs[:, None]]))
    by_action = neg_efe.reshape(5, 3, -1)
    np.testing.assert_allclose(why.neg_efe, by_action.max(axis=2), atol=1e-4)
    np.testing.assert_allclose(why.utility + why.info_gain, why.neg_efe, atol=1e-4)
    np.testing.assert_allclose(why.action_probs, q_pi.reshape(5, 3, -1).sum(axis=2), atol=1e-4)
    np.testing.assert_array_equal(why.neg_efe.argmax(axis=1), agent.sample_action(q_pi)[:, 0])
