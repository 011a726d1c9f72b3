import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.agents.planning.choose import build_planner, resolved_planner
from aifgym.agents.planning.goal import steps_to_goal
from aifgym.benchmarks.contenders.value_iteration import finite_horizon_values
from aifgym.benchmarks.running.closed_loop import closed_loop_returns
from aifgym.envs import ContinuousLineWorldVectorEnv, LineWorld
from aifgym.training import TrainConfig, fit
from helpers import exact_encoder, random_distribution, random_model, small_encoder


def line_model(num_states: int, target: int, policy_len=2, **kwargs) -> GenerativeModel:
    world = LineWorld(num_states=num_states)
    return GenerativeModel(
        A=0.98 * np.eye(num_states) + 0.02 / num_states,
        B=world.transition_matrix,
        C=8.0 * np.eye(num_states)[target],
        D=np.full(num_states, 1 / num_states),
        policy_len=policy_len,
        **kwargs,
    )


def test_auto_is_the_tree_where_it_sees_the_goal_and_inductive_beyond():
    assert steps_to_goal(line_model(5, 4)) == 4
    assert steps_to_goal(line_model(9, 3)) == 5
    assert resolved_planner(line_model(5, 4, policy_len=4)) == "tree"
    assert resolved_planner(line_model(5, 4, policy_len=3)) == "inductive"
    nothing_preferred = dataclasses.replace(line_model(9, 3), C=np.zeros(9))
    assert resolved_planner(nothing_preferred) == "tree"
    unreachable = dataclasses.replace(line_model(9, 3), B=np.full((9, 9, 3), 1 / 9))
    assert resolved_planner(unreachable) == "tree"


def test_the_agent_says_which_planner_it_has_and_decides_anew_for_another_goal():
    agent = ActiveInferenceEncoderAgent(small_encoder(7), line_model(7, 3, policy_len=4))
    assert "planner='tree'" in repr(agent)
    assert "planner='inductive'" in repr(agent.with_goal(state=6))


def test_inductive_actions_and_posterior_are_pymdps():
    model = line_model(9, 7, planner="inductive")
    beliefs = jnp.asarray(np.random.default_rng(0).dirichlet(np.ones(9) / 3, size=20), jnp.float32)
    agent = ActiveInferenceEncoderAgent(small_encoder(9), model).pymdp_agent(batch_size=20)
    assert agent.use_inductive
    their_q_pi, _ = agent.infer_policies([beliefs[:, None]])
    planner = build_planner(model)
    q_pi, _ = planner.infer_policies(beliefs)
    np.testing.assert_allclose(q_pi, their_q_pi, atol=1e-5)
    np.testing.assert_array_equal(
        planner.best_action(beliefs), agent.sample_action(their_q_pi)[:, 0]
    )


@pytest.mark.parametrize("name", ["sophisticated", "mcts"])
def test_searches_are_pymdps_and_walk_to_the_goal(name):
    model = line_model(5, 4, planner=name)
    planner = build_planner(model)
    states = np.array([0, 3, 4])
    beliefs = 0.96 * jnp.eye(5)[states] + 0.04 / 5
    actions = jax.jit(lambda q: planner.best_action(q))(beliefs)
    np.testing.assert_array_equal(actions[1:], [2, 2])
    theirs = dataclasses.replace(model, policy_len=1, planner="tree").to_pymdp(1)
    key = jax.random.split(jax.random.key(0), 3)[1]
    with jax.numpy_rank_promotion("allow"):
        q_pi, _ = planner.search()(theirs, [beliefs[1][None, None]], key)
    ours = planner.policy_posterior(beliefs, jax.random.key(0))[1]
    np.testing.assert_allclose(ours, q_pi[0], atol=1e-6)


def test_predict_repeats_itself_although_the_search_draws():
    def act():
        agent = ActiveInferenceEncoderAgent(small_encoder(), line_model(5, 4, planner="mcts"))
        observations = np.random.default_rng(0).normal(size=(2, 2))
        first = agent.predict(observations)[0]
        return first, agent.predict(observations, deterministic=False)[0]

    for left, right in zip(act(), act()):
        np.testing.assert_array_equal(left, right)


def test_a_sampled_action_follows_pymdps_posterior():
    planner = build_planner(line_model(6, 5, planner="inductive", gamma=0.05))
    belief = jnp.eye(6)[1:2]
    q_pi = np.asarray(planner.infer_policies(belief)[0])[0]
    actions = planner.sampled_action(jnp.tile(belief, (4000, 1)), jax.random.key(1))
    frequencies = np.bincount(actions, minlength=3) / 4000
    expected = q_pi.reshape(3, 3).sum(axis=1)
    np.testing.assert_allclose(frequencies, expected, atol=4 * np.sqrt(0.25 / 4000))
    assert expected.max() < 0.99, "nothing to sample"


@pytest.mark.parametrize("planner", ["auto", "tree", "inductive"])
def test_a_policy_length_beyond_memory_is_refused_with_the_way_out(planner):
    model = line_model(5, 4, policy_len=20, planner=planner)
    with pytest.raises(ValueError, match=r"3,486,784,401 policies .* policy_len up to 1\d"):
        build_planner(model)


def test_a_long_line_is_walked_as_well_as_by_the_optimal_policy_that_sees_the_state():
    world = LineWorld(num_states=50, start_state=10, target_state=40)
    num_steps, num_envs = 150, 1000
    model = dataclasses.replace(line_model(50, 40, policy_len=1), D=world.initial_probs)
    agent = ActiveInferenceEncoderAgent(exact_encoder(world), model, usage=np.full(50, 1 / 50))
    assert "planner='inductive'" in repr(agent)
    ours = closed_loop_returns(agent, world, num_steps, num_envs)
    values = finite_horizon_values(world.transition_matrix, np.eye(50)[40], num_steps)
    env = ContinuousLineWorldVectorEnv(num_envs, **world.to_dict())
    _, info = env.reset(seed=0)
    optimal = np.zeros(num_envs)
    for by_state in values:
        _, reward, _, _, info = env.step(by_state[info["state"]].argmax(axis=1))
        optimal += reward
    error = np.sqrt((ours.var() + optimal.var()) / num_envs)
    assert optimal.mean() > 30
    assert abs(ours.mean() - optimal.mean()) < 3 * error


def test_training_refuses_such_a_policy_length_before_it_begins():
    with pytest.raises(ValueError, match="policy_len up to"):
        fit(LineWorld(), TrainConfig(policy_len=30), progress=pytest.fail)


def test_searches_refuse_a_prior_over_whole_policies():
    rng = np.random.default_rng(0)
    model = random_model(rng, policy_len=2, E=random_distribution(rng, 9), planner="mcts")
    with pytest.raises(ValueError, match="E must be None"):
        build_planner(model)


def test_an_agent_file_keeps_planner_and_prior(tmp_path):
    E = random_distribution(np.random.default_rng(0), 9).astype(np.float32)
    model = line_model(5, 4, planner="inductive", E=E)
    ActiveInferenceEncoderAgent(small_encoder(), model).save(tmp_path / "a.aif")
    loaded = ActiveInferenceEncoderAgent.load(tmp_path / "a.aif").model
    assert loaded.planner == "inductive"
    np.testing.assert_array_equal(loaded.E, E)
