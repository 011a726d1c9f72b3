"""The exact plan over beliefs, against enumeration of plans and closed forms."""

import dataclasses

import gymnasium as gym
import numpy as np
import pytest
from aifgym.benchmarks.contenders.belief_planning import BeliefPlanner, best_simulated_constant
from aifgym.benchmarks.contenders.given_model import GivenModel, GivenModelToTheEnd
from aifgym.benchmarks.contenders.references import ExactBayes
from aifgym.benchmarks.contenders.registry import load_contender
from aifgym.benchmarks.running.evaluation import episode_returns, predict_microseconds
from aifgym.benchmarks.running.plans import GIVEN, TO_THE_END
from aifgym.benchmarks.scenarios.registry import SCENARIOS
from aifgym.envs.pymdp_envs.makers import make_t_maze


def first_value(env, horizon: int) -> float:
    planner = BeliefPlanner(env, horizon)
    first, _ = env.reset(seed=0)
    return planner.action_values(planner.seen(planner.first(), first)[0], 0).max()


@pytest.mark.parametrize(
    ("horizon", "validity", "expected"),
    [
        (2, 0.9, 0.0),  # an arm can be reached, and is a gamble
        (4, 0.9, 0.8),  # one look, then the arm that the cue names
        (4, 0.5, 0.0),  # the cue says nothing
        (6, 1.0, 1.0),
        # Three looks: the majority is right with v^3 + 3 v^2 (1 - v).
        (6, 0.9, 2 * (0.9**3 + 3 * 0.9**2 * 0.1) - 1),
    ],
)
def test_the_value_of_a_maze_is_that_of_the_closed_form(horizon, validity, expected):
    assert first_value(make_t_maze(cue_validity=validity), horizon) == pytest.approx(
        expected, abs=1e-6
    )


def test_returns_have_the_expectation_that_the_plan_promises():
    scenario = SCENARIOS["tmaze_noisy"]
    policy = ExactBayes()
    policy.train(scenario.make_env)
    returns = episode_returns(policy, scenario.make_env, 200)
    value = first_value(scenario.make_env().unwrapped, scenario.episode_steps)
    assert abs(returns.mean() - value) < 4 * returns.std() / np.sqrt(len(returns))


def test_a_given_model_asks_once_and_follows_the_cue_however_long_the_episode():
    make_env = SCENARIOS["tmaze"].make_env
    policy = GivenModel()
    policy.train(make_env)
    returns = episode_returns(policy, make_env, 200)
    expected = 2 * 0.95 - 1  # of a cue that is right in 95 %
    assert abs(returns.mean() - expected) <= 2 * returns.std() / np.sqrt(200)
    assert predict_microseconds(policy, make_env) > 0


@pytest.mark.parametrize("world", [("tmaze", 10), ("tmaze_noisy", 10), ("tmaze_noisy", 5)])
def test_planning_to_the_end_is_as_good_as_the_exact_plan(world):
    """In 5 steps the cue can be asked once, in the 10 that are registered again and again."""
    name, steps = world
    make_env = dataclasses.replace(SCENARIOS[name], episode_steps=steps).make_env
    ours, exact = GivenModelToTheEnd(), ExactBayes()
    for policy in (ours, exact):
        policy.train(make_env)
    elsewhere = 6_000_000  # not the episodes that judge
    returns = [episode_returns(policy, make_env, 200, elsewhere) for policy in (ours, exact)]
    difference = returns[0] - returns[1]
    assert abs(difference.mean()) <= 2 * difference.std() / np.sqrt(200) + 1e-9
    assert returns[0].mean() > 0.5


@pytest.mark.parametrize("scenario", ["tmaze", "tmaze_noisy"])
def test_what_a_given_model_prefers_matters_only_in_that_losses_weigh_more(scenario):
    make_env, elsewhere = SCENARIOS[scenario].make_env, 5_000_000  # not the episodes that judge
    returns = []
    for preferences in ((), (1.0, 2.0), (1.0, 3.0), (2.0, 3.0)):
        policy = GivenModel(*preferences)
        policy.train(make_env)
        returns.append(episode_returns(policy, make_env, 50, elsewhere))
    for others in returns[1:]:
        np.testing.assert_array_equal(others, returns[0])
    indifferent = GivenModel(3.0, 3.0)
    indifferent.train(make_env)
    assert episode_returns(indifferent, make_env, 50, elsewhere).mean() < returns[0].mean()


def test_the_best_constant_of_a_maze_risks_nothing():
    env = SCENARIOS["tmaze"].make_env()
    action = best_simulated_constant(env, seed=0)
    env.reset(seed=1)
    assert all(env.step(action)[1] == 0 for _ in range(4))


@pytest.mark.parametrize("scenario", ["tmaze", "grid"])
@pytest.mark.parametrize("name", ["random", "best constant", "exact Bayes", *GIVEN, *TO_THE_END])
def test_everybody_takes_part_in_scenarios_of_pymdp(scenario, name):
    make_env = SCENARIOS[scenario].make_env
    policy = load_contender(name)()
    policy.train(make_env, 0, 0)
    again = load_contender(name)()
    again.train(make_env, 0, 0)
    one, two = (episode_returns(p, make_env, 5) for p in (policy, again))
    np.testing.assert_array_equal(one, two)


def test_full_information_is_no_worse_than_exact_bayes_on_the_grid():
    make_env, means = SCENARIOS["grid"].make_env, {}
    for name in ("exact Bayes", "full information"):
        policy = load_contender(name)()
        policy.train(make_env, 0, 0)
        means[name] = episode_returns(policy, make_env, 50).mean()
    assert means["full information"] >= means["exact Bayes"] - 0.5


@pytest.mark.parametrize("scenario", ["tmaze", "cue_chaining", "grid"])
def test_dqn_trains_on_each_of_pymdps_worlds(scenario):
    make_env, returns = SCENARIOS[scenario].make_env, []
    for _ in range(2):
        policy = load_contender("DQN")({"learning_starts": 16, "batch_size": 8})
        policy.train(make_env, 16, 0)
        policy.train(make_env, 64, 0)  # from nothing
        assert policy.rewarded_steps == policy._model.num_timesteps == 64
        returns.append(episode_returns(policy, make_env, 3))
    np.testing.assert_array_equal(*returns)


def test_ppo_of_both_kinds_trains_on_dict_observations():
    make_env = SCENARIOS["tmaze"].make_env
    for name in ("PPO", "RecurrentPPO"):
        policy = load_contender(name)({"n_steps": 8, "batch_size": 16, "n_epochs": 1})
        policy.train(make_env, 64, 0)
        assert policy.rewarded_steps == 64
        assert episode_returns(policy, make_env, 3).shape == (3,)


def test_continuous_observations_have_no_exact_plan_over_beliefs():
    with pytest.raises(ValueError, match="need discrete observations"):
        BeliefPlanner(make_t_maze(emission_scale=1.0), 5)


def test_a_model_can_only_be_given_where_there_is_one():
    with pytest.raises(ValueError, match="has no model"):
        GivenModel().train(lambda: gym.make("CartPole-v1"))
