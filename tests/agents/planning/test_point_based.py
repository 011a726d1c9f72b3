"""Planning over beliefs against exact belief trees, value iteration, and what a look is worth."""

import dataclasses

import jax
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.agents.encoders.modalities import ModalityEncoders
from aifgym.agents.encoders.one_hot import OneHotEncoder, UnseenEncoder
from aifgym.agents.planning.beliefs.backup import point_values
from aifgym.agents.planning.beliefs.model import BeliefModel
from aifgym.agents.planning.choose import build_planner
from aifgym.agents.planning.point_based import PointBasedPlanner
from helpers import random_model as drawn_model
from hypothesis import given, settings
from hypothesis import strategies as st


def random_model(*sizes, seed: int, **options) -> GenerativeModel:
    return drawn_model(np.random.default_rng(seed), *sizes, **options)


def tree_values(model: BeliefModel, belief: np.ndarray, num_steps: int) -> np.ndarray:
    """`(U,)`, worth of each action by looking at everything that can happen."""
    values = []
    for transition, utility in zip(model.transitions, model.utility.T):
        value = belief @ utility
        predicted = belief @ transition
        for likelihood in model.likelihood if num_steps > 1 else ():
            joint = predicted * likelihood
            if joint.sum() > 1e-12:
                after = tree_values(model, joint / joint.sum(), num_steps - 1)
                value += joint.sum() * after.max()
        values.append(value)
    return np.array(values)


def reachable(model: BeliefModel, num_steps: int) -> np.ndarray:
    """All beliefs within so many steps."""
    level = model.starts()
    found = [level]
    for _ in range(num_steps - 1):
        joints = [model.posteriors(level @ matrix)[0] for matrix in model.transitions]
        level = np.concatenate(joints)
        level = level / level.sum(axis=1, keepdims=True)
        found.append(level)
    return np.concatenate(found)


def values_at(vectors: np.ndarray, belief: np.ndarray) -> np.ndarray:
    return (vectors @ belief).max(axis=1)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_with_all_beliefs_that_can_come_up_values_are_the_belief_trees(seed, num_steps):
    model = BeliefModel.of(random_model(3, 2, 2, seed=seed, policy_len=num_steps))
    vectors = point_values(model, reachable(model, num_steps), num_steps)
    for belief in model.starts():
        expected = tree_values(model, belief, num_steps)
        np.testing.assert_allclose(values_at(vectors, belief), expected, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_values_at_few_points_are_never_too_hopeful(seed):
    model = BeliefModel.of(random_model(4, 3, 2, seed=seed, policy_len=3))
    rng = np.random.default_rng(seed)
    vectors = point_values(model, rng.dirichlet(np.ones(4), size=2), 3)
    for belief in rng.dirichlet(np.ones(4), size=5):
        assert (values_at(vectors, belief) <= tree_values(model, belief, 3) + 1e-6).all()


def test_where_states_are_seen_it_is_value_iteration():
    model = random_model(5, 5, 3, seed=4, policy_len=8, use_states_info_gain=False)
    model = dataclasses.replace(model, A=np.eye(5), planner="point_based")
    planner = build_planner(model)
    exact = build_planner(dataclasses.replace(model, planner="dynamic_programming"))
    beliefs = np.eye(5, dtype=np.float32)
    np.testing.assert_allclose(planner.values(beliefs), exact.neg_efe, atol=1e-4)
    np.testing.assert_array_equal(planner.best_action(beliefs), exact.best_action(beliefs))


def noisy_t_maze(reliability: float, policy_len: int = 40) -> GenerativeModel:
    """Start, a cue that can be looked at again and again, and two arms that end it.

    States: place (start, cue says left, cue says right) times context, won, lost, ended; all ends
    in 3 % of the steps. Rewards are a modality of their own, which is not seen.
    """
    B = np.zeros((9, 9, 4))
    for context in range(2):
        for place in range(3):
            state = 3 * context + place
            B[3 * context, state, 0] = 1
            B[3 * context + 1 + context, state, 1] = reliability
            B[3 * context + 2 - context, state, 1] = 1 - reliability
            B[6 + context, state, 2], B[7 - context, state, 3] = 1, 1
    B *= 0.97
    B[8] = 1 - B.sum(axis=0)
    A = np.zeros((4, 9))
    A[np.arange(3), np.arange(3)] = A[np.arange(3), np.arange(3, 6)] = 1
    A[3, 6:] = 1
    rewards = np.zeros((3, 9))
    rewards[1, 6], rewards[2, 7] = 1, 1
    rewards[0] = 1 - rewards.sum(axis=0)
    D = np.zeros(9)
    D[[0, 3]] = 0.5
    preferences = [np.zeros(4), np.array([0, 1, -1])]
    options = {"planner": "point_based", "unseen": [1], "policy_len": policy_len}
    return GenerativeModel([A, rewards], [B], preferences, [D], **options)


def test_a_noisy_cue_is_looked_at_for_as_often_as_it_pays():
    model = noisy_t_maze(0.8)
    beliefs = BeliefModel.of(model)
    planner = build_planner(model)
    promised = dict(planner.promised)
    assert planner.chosen == "points"
    exact = tree_values(beliefs, beliefs.starts()[0], 6).max()
    assert promised["points"] >= exact - 0.1 > promised["qmdp"] + 0.5
    assert planner.best_action(beliefs.starts().astype(np.float32))[0] == 1


def test_what_is_not_seen_tells_nothing_when_planning():
    model = noisy_t_maze(0.8)
    told = BeliefModel.of(dataclasses.replace(model, unseen=()))
    assert len(told.likelihood) > len(BeliefModel.of(model).likelihood) == 4
    with pytest.raises(ValueError, match="unseen must name modalities"):
        dataclasses.replace(model, unseen=[2])


def test_an_agent_plans_so_saves_and_explains(tmp_path):
    model = noisy_t_maze(0.8)
    encoder = ModalityEncoders([OneHotEncoder(4), UnseenEncoder(3)])
    agent = ActiveInferenceEncoderAgent(encoder, model)
    assert agent.observation_space.n == 4
    action, state = agent.predict(0)
    looks = 0
    while action == 1 and looks < 5:
        action, state = agent.predict(1, state)
        looks += 1
    assert action == 2
    assert looks == 3
    np.testing.assert_allclose(agent.beliefs[0][0, 1], 0.8**3 / (0.8**3 + 0.2**3), atol=1e-4)
    why = agent.explain(np.array([0, 1]), (np.repeat(model.joint.D[None], 2, axis=0),))
    assert why.policies[:, 0, 0].tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(why.policy_probs.sum(axis=1), 1, atol=1e-5)
    agent.save(tmp_path / "agent.aif")
    loaded = ActiveInferenceEncoderAgent.load(tmp_path / "agent.aif")
    assert loaded.model.unseen == (1,)
    observations = np.array([0, 1, 2, 0])
    ours, theirs = agent.predict(observations), loaded.predict(observations)
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_array_equal(ours[1][0], theirs[1][0])


def test_the_same_model_gives_the_same_plan_compiled_or_not():
    model = random_model(4, 3, 2, seed=1, policy_len=5, planner="point_based")
    planner, again = PointBasedPlanner(model), PointBasedPlanner(model)
    np.testing.assert_array_equal(planner.vectors, again.vectors)
    beliefs = np.random.default_rng(0).dirichlet(np.ones(4), size=8).astype(np.float32)
    compiled = jax.jit(lambda q: planner.best_action(q))(beliefs)
    np.testing.assert_array_equal(compiled, planner.on_host().numpy_best_action(beliefs))
    drawn = planner.sampled_action(beliefs, jax.random.key(0))
    assert set(np.asarray(drawn).tolist()) <= {0, 1}


def test_a_policy_prior_is_refused():
    model = random_model(3, 3, 2, seed=0, policy_len=2, E=np.full(4, 0.25))
    with pytest.raises(ValueError, match="E must be None"):
        PointBasedPlanner(model)
