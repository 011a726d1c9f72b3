"""What planning refuses before it costs anything, and what pymdp's defaults would not do."""

import dataclasses

import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent
from aifgym.agents.planning.choose import check_policies
from helpers import random_model, small_encoder


@pytest.mark.parametrize("num_actions", [1, 2, 12])
@pytest.mark.parametrize("policy_len", [10**9, 10**400])
def test_a_policy_length_without_end_is_refused_at_once(num_actions, policy_len):
    with pytest.raises(ValueError, match="policy_len must be an integer") as raised:
        check_policies(5, 5, num_actions, policy_len, "tree")
    assert len(str(raised.value)) < 200


def test_one_action_makes_one_policy_of_any_length():
    check_policies(5, 5, 1, 10_000, "tree")
    model = random_model(np.random.default_rng(0), num_actions=1, policy_len=6)
    agent = ActiveInferenceEncoderAgent(small_encoder(), model)
    assert agent.predict(np.zeros(2))[0] == 0


def test_sophisticated_inference_has_room_for_more_than_ten_actions():
    model = random_model(np.random.default_rng(0), num_actions=12, policy_len=1, planner="tree")
    observations = np.random.default_rng(1).normal(size=(4, 2)) * 3
    expected = ActiveInferenceEncoderAgent(small_encoder(), model).predict(observations)[0]
    model = dataclasses.replace(model, planner="sophisticated")
    found = ActiveInferenceEncoderAgent(small_encoder(), model).predict(observations)[0]
    np.testing.assert_array_equal(found, expected)
    assert len(set(expected)) > 1
