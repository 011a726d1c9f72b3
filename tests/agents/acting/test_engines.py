"""Which engine `"auto"` takes."""

import numpy as np
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from factored_models import random_lists


def walk(num_states=6) -> np.ndarray:
    return np.stack([np.roll(np.eye(num_states), step, 0) for step in (-1, 0, 1)], axis=2)


def agent_of(B, policy_len) -> ActiveInferenceEncoderAgent:
    lists = random_lists(np.random.default_rng(0), [6, 2], [3], [3, 1], [[0, 1]], [[0], [1]])
    model = GenerativeModel(**lists | {"B": [B, np.eye(2)[..., None]]}, policy_len=policy_len)
    return ActiveInferenceEncoderAgent(None, model)


def test_many_policies_whose_prefixes_are_few_stay_with_the_joint_engine():
    agent = agent_of(walk(), policy_len=20)
    assert agent.engine == "joint"
    action, _ = agent.predict(np.array([[0], [1], [2]]).reshape(-1))
    assert action.shape == (3,)
