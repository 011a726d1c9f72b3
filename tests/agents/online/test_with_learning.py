"""Learning behind `predict`: batches, copies, files, refusals."""

import dataclasses

import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.agents.online.settings import Learning
from aifgym.agents.planning.choose import build_planner
from factored_models import random_lists
from helpers import random_model
from learning_helpers import lived, observations, one_factor, with_counts


def test_each_environment_of_a_batch_learns_as_it_does_alone():
    lists = random_lists(
        np.random.default_rng(0), [3, 2], [3, 4], [2, 3], [[0], [0, 1]], [[0, 1], [1]]
    )
    model = with_counts(GenerativeModel(**lists, policy_len=2))
    agent = ActiveInferenceEncoderAgent(None, model, learn=Learning(("A", "B", "D"), horizon=4))
    rng = np.random.default_rng(3)
    seen, starts = observations(rng, model, 15, 3), rng.random((15, 3)) < 0.2
    together, _ = lived(agent, seen, starts)
    for env in range(3):
        alone, _ = lived(agent, seen[:, env : env + 1], starts[:, env : env + 1])
        for one, many in zip(alone, together):
            np.testing.assert_allclose(one[0], many[env], atol=1e-5)
    again, _ = lived(agent, seen, starts)
    for one, two in zip(together, again):
        np.testing.assert_array_equal(one, two)


def test_what_was_learned_is_absorbed_stored_and_gone_on_from(tmp_path):
    model = one_factor()
    agent = ActiveInferenceEncoderAgent(None, model, learn=Learning(("A", "B"), horizon=5))
    state, _ = lived(agent, observations(np.random.default_rng(0), model, 20, 2), [None] * 20)
    absorbed = agent.absorb(state)
    np.testing.assert_allclose(absorbed.model.pB[0], agent.counts(state)["pB"][0], rtol=1e-6)
    absorbed.save(tmp_path / "a.aif")
    again = ActiveInferenceEncoderAgent.load(tmp_path / "a.aif")
    assert again.learning == agent.learning == again.with_preferences(model.C).learning
    np.testing.assert_array_equal(again.model.pB[0], absorbed.model.pB[0])
    why = again.explain(np.zeros(2, int), again.predict(np.zeros(2, int))[1])
    assert why.policy_probs.shape == (2, 9)
    assert np.isfinite(again.free_energy(np.zeros(2, int)).vfe).all()


def test_dynamic_programming_plans_far_with_what_was_learned():
    model = dataclasses.replace(
        one_factor(), planner="dynamic_programming", policy_len=30, use_param_info_gain=True
    )
    agent = ActiveInferenceEncoderAgent(None, model, learn=Learning(("A", "B"), update="filtered"))
    seen, state = observations(np.random.default_rng(0), model, 12, 2), None
    for observation in seen:
        before = None if state is None else agent.counts(state, pooled=False)
        action, state = agent.predict(observation, state)
        for env in range(2 if before else 0):
            counts = {name: [array[env] for array in arrays] for name, arrays in before.items()}
            means = {name[1]: [a / a.sum(axis=0) for a in counts[name]] for name in counts}
            planner = build_planner(dataclasses.replace(model, **counts, **means))
            assert planner.best_action(state[0][env : env + 1])[0] == action[env]
    why = agent.explain(seen[0], state)
    assert why.policy_probs.shape == (2, 3)
    assert (why.param_info_gain + why.info_gain > 0).all()


def test_what_cannot_be_learned_is_refused():
    model = one_factor()
    with pytest.raises(ValueError, match="learning B needs a prior: give the model pB"):
        ActiveInferenceEncoderAgent(None, dataclasses.replace(model, pB=None), learn=("B",))
    with pytest.raises(ValueError, match="learn must be one of"):
        ActiveInferenceEncoderAgent(None, model, learn=("C",))
    with pytest.raises(ValueError, match="learning needs engine 'joint'"):
        ActiveInferenceEncoderAgent(None, model, engine="pymdp", learn=("B",))
    other = dataclasses.replace(model, planner="sophisticated")
    with pytest.raises(ValueError, match="'dynamic_programming', got 'sophisticated'"):
        ActiveInferenceEncoderAgent(None, other, learn=("B",))
    line = random_model(np.random.default_rng(0), num_outcomes=4, policy_len=1)
    ring = np.stack([np.eye(4), np.roll(np.eye(4), 1, axis=0)], axis=-1)
    far = dataclasses.replace(line, B=ring, pB=np.ones((4, 4, 2)))
    with pytest.raises(ValueError, match="got 'inductive', which 'auto' is here"):
        ActiveInferenceEncoderAgent(None, far, learn=("B",))
    fixed = ActiveInferenceEncoderAgent(None, model)
    _, state = fixed.predict(np.zeros(1, int))
    with pytest.raises(ValueError, match="the agent learns nothing"):
        fixed.counts(state)
    with pytest.raises(ValueError, match="what they learned would be lost"):
        ActiveInferenceEncoderAgent(None, model, learn=("B",)).rollout(None, 1, 1, None)
    with pytest.raises(ValueError, match="state must be what predict returned"):
        ActiveInferenceEncoderAgent(None, model, learn=("B",)).predict(np.zeros(1, int), state)
