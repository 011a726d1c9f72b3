"""What an agent tells about itself, against pymdp's own numbers, and the record of episodes."""

import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel, record
from aifgym.envs.pymdp_envs.makers import make_grid_world, make_t_maze
from factored_models import random_lists

A_ROWS, B_ROWS = [[0], [1]], [[0], [1]]


def exact_model(**settings) -> GenerativeModel:
    """Each modality sees one factor: there pymdp's posterior is exact."""
    lists = random_lists(np.random.default_rng(0), [3, 2], [3, 4], [2, 2], A_ROWS, B_ROWS)
    return GenerativeModel(**lists, policy_len=2, gamma=2.0, categorical_obs=False, **settings)


SEEN = np.array([[1, 2], [0, 3]])


def pymdp_numbers(model):
    """VFE, its two parts, `q(pi)` and `neg_efe` by pymdp."""
    agent = model.to_pymdp(len(SEEN))
    with jax.numpy_rank_promotion("allow"):
        qs, info = agent.infer_states(
            [jnp.asarray(o)[:, None] for o in SEEN.T], agent.D, return_info=True
        )
        q_pi, neg_efe = agent.infer_policies(qs)
    return info, q_pi, neg_efe


@pytest.mark.parametrize("engine", ["joint", "pymdp"])
def test_free_energy_and_explanation_are_pymdps(engine):
    model = exact_model()
    agent = ActiveInferenceEncoderAgent(None, model, engine=engine)
    info, q_pi, neg_efe = pymdp_numbers(model)
    energy, why = agent.free_energy(SEEN), agent.explain(SEEN)
    np.testing.assert_allclose(energy.vfe, np.ravel(info["vfe"]), atol=1e-5)
    np.testing.assert_allclose(energy.vfe, energy.complexity - energy.accuracy, atol=1e-6)
    assert (energy.complexity >= 0).all()
    np.testing.assert_allclose(why.neg_efe, neg_efe, atol=1e-5)
    np.testing.assert_allclose(why.policy_probs, q_pi, atol=1e-5)
    parts = why.utility + why.info_gain + why.param_info_gain + why.inductive
    np.testing.assert_allclose(parts, why.neg_efe, atol=1e-5)
    np.testing.assert_array_equal(why.policies, model.to_pymdp().policies.policy_arr)
    assert why.info_gain.min() > 0


def test_both_engines_take_expected_free_energy_apart_in_the_same_way():
    model = exact_model()
    joint, pymdp = (
        ActiveInferenceEncoderAgent(None, model, engine=engine).explain(SEEN)
        for engine in ("joint", "pymdp")
    )
    for ours, theirs in zip(joint, pymdp):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_information_about_parameters_is_explained_by_pymdps_engine_as_pymdp_has_it():
    counts = [10 * np.ones_like(b) for b in exact_model().B]
    model = exact_model(pB=counts, use_param_info_gain=True)
    agent = ActiveInferenceEncoderAgent(None, model, engine="pymdp")
    why = agent.explain(SEEN)
    assert why.param_info_gain.min() > 0
    _, _, neg_efe = pymdp_numbers(model)
    np.testing.assert_allclose(why.neg_efe, neg_efe, atol=1e-5)


def test_by_action_has_the_best_policy_and_all_probability_of_each_first_action():
    why = ActiveInferenceEncoderAgent(None, exact_model()).explain(SEEN)
    by_action = why.by_action()
    np.testing.assert_array_equal(by_action.policies[:, 0], [[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_allclose(by_action.neg_efe, why.neg_efe.reshape(2, 4, 4).max(axis=2))
    np.testing.assert_allclose(by_action.policy_probs.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(
        by_action.policy_probs, why.policy_probs.reshape(2, 4, 4).sum(axis=2), atol=1e-6
    )


def maze_and_agent():
    env = make_t_maze(cue_validity=1.0)
    C = [np.zeros(5), [0, 3, -3], np.zeros(3)]
    model = GenerativeModel(**env.model(), C=C, policy_len=4)
    keys = dict.fromkeys(env.modalities)
    return gym.wrappers.TimeLimit(env, 10), ActiveInferenceEncoderAgent(keys, model)


def test_a_record_holds_what_predict_did_step_by_step():
    env, agent = maze_and_agent()
    written = record(agent, env, num_episodes=3, seed=0)
    assert written.rewards.sum() == 3
    assert set(written.episodes) == {0, 1, 2}
    assert (written.steps[written.episodes == 1] == np.arange(sum(written.episodes == 1))).all()
    observation, _ = env.reset(seed=0)
    state = None
    for t in np.flatnonzero(written.episodes == 0):
        for key, value in observation.items():
            assert written.observations[key][t] == value
        action, state = agent.predict(observation, state)
        assert action == written.actions[t]
        for mine, theirs in zip(agent.beliefs, written.beliefs):
            np.testing.assert_allclose(mine[0], theirs[t], atol=1e-6)
        observation, reward, *_ = env.step(action)
        assert reward == written.rewards[t]


def test_a_record_as_a_table_has_a_row_for_each_step():
    env, agent = maze_and_agent()
    table = record(agent, env, num_episodes=1, seed=0).to_pandas()
    assert {"episode", "step", "action", "reward", "vfe", "observation.cue"} <= set(table.columns)
    beliefs = table[[f"belief_1_{k}" for k in range(2)]]
    np.testing.assert_allclose(beliefs.sum(axis=1), 1, atol=1e-5)
    assert len(table.filter(like="neg_efe_").columns) == 5**4


def test_what_cannot_be_recorded_is_refused():
    env, agent = maze_and_agent()
    with pytest.raises(ValueError, match="num_episodes must be at least 1"):
        record(agent, env, num_episodes=0)
    other = make_grid_world(include_stay=False)
    with pytest.raises(ValueError, match=r"env has actions Discrete\(4\)"):
        record(agent, other, num_episodes=1)
