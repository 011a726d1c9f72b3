import gymnasium as gym
import numpy as np
import pytest
from aifgym.benchmarks.contenders import references
from aifgym.benchmarks.contenders.value_iteration import finite_horizon_values
from aifgym.benchmarks.running.evaluation import episode_returns
from aifgym.benchmarks.scenarios.registry import SCENARIOS
from aifgym.benchmarks.scenarios.scenario import LINE_WORLD
from aifgym.benchmarks.scenarios.wrappers import DeadAction, transition_matrix
from helpers import assert_transitions_follow_b
from scipy import stats


def brute_force_values(B, reward, horizon):
    """Best expected sum of rewards by trying every action in every state to the end."""
    if horizon == 0:
        return np.zeros(len(reward))
    after = reward + brute_force_values(B, reward, horizon - 1)
    return np.max([B[:, :, action].T @ after for action in range(3)], axis=0)


def test_values_equal_recursion_and_depend_on_the_steps_left(world):
    B, reward = world.transition_matrix, np.eye(5)[2]
    values = finite_horizon_values(B, reward, 4)
    for step in range(4):
        expected = brute_force_values(B, reward, 4 - step)
        np.testing.assert_allclose(values[step].max(axis=1), expected)


def test_the_exact_filter_equals_bayes_rule_with_scipys_densities():
    scenario = SCENARIOS["centre"]
    env = scenario.make_env()
    world = env.unwrapped.world
    bayes = references.ExactBayes()
    bayes.train(scenario.make_env)
    observation, _ = env.reset(seed=0)
    prior, state = world.initial_probs, None
    for _ in range(20):
        density = [stats.multivariate_normal(mean).pdf(observation) for mean in world.means]
        belief = prior * density / np.dot(prior, density)
        action, state = bayes.predict(observation, state, np.zeros(1, bool))
        prior = world.transition_matrix[:, :, action] @ belief
        np.testing.assert_allclose(state[0][0], prior, atol=1e-9)
        observation = env.step(action)[0]
    assert state[1] == 20


def test_the_exact_filter_survives_an_impossible_looking_observation():
    bayes = references.ExactBayes()
    bayes.train(SCENARIOS["tutorial"].make_env)
    _, (prior, _) = bayes.predict(np.array([1e4, 1e4]))
    assert np.isfinite(prior).all()


def test_always_forward_is_optimal_in_the_default_world():
    world, horizon = gym.make(LINE_WORLD).unwrapped.world, 8
    reward = np.eye(5)[4]
    belief, forward = world.initial_probs, 0.0
    for _ in range(horizon):
        belief = world.transition_matrix[:, :, 2] @ belief
        forward += belief @ reward
    best = finite_horizon_values(world.transition_matrix, reward, horizon)
    np.testing.assert_allclose(best[0].max(axis=1)[0], forward)


@pytest.mark.parametrize("name", ["tutorial", "centre", "broken_actuator"])
def test_the_best_constant_action_is_the_best_in_simulation(name):
    scenario = SCENARIOS[name]

    def make_env():
        return scenario.make_env(changed=True)

    class Constant:
        def __init__(self, action):
            self.action = action

        def predict(self, observation, state=None, episode_start=None, deterministic=True):
            return np.full(len(observation), self.action), None

    best = references.BestConstant()
    best.train(make_env)
    returns = [episode_returns(Constant(action), make_env, 100).mean() for action in range(3)]
    assert returns[best.hyperparameters["action"]] >= max(returns) - 0.5
    np.testing.assert_array_equal(
        episode_returns(best, make_env, 5),
        episode_returns(Constant(best.hyperparameters["action"]), make_env, 5),
    )


def test_full_information_earns_what_value_iteration_promises():
    scenario = SCENARIOS["noisy"]
    env, optimal = scenario.make_env(), references.Optimal()
    optimal.train(scenario.make_env)
    returns = episode_returns(optimal, scenario.make_env, 1000)
    promised = references.solved(env)[0].max(axis=1) @ env.unwrapped.world.initial_probs
    assert abs(returns.mean() - promised) < 4 * returns.std() / np.sqrt(1000)


def test_a_dead_action_leaves_the_state_and_b_says_so(world):
    env = DeadAction(gym.make(LINE_WORLD, start_state=None), 2)
    assert (transition_matrix(env)[:, :, 2] == world.transition_matrix[:, :, 1]).all()
    rng, before, actions, after = np.random.default_rng(0), [], [], []
    for episode in range(400):
        state, done = env.reset(seed=episode)[1]["state"], False
        while not done:
            action = int(rng.integers(3))
            _, _, _, done, info = env.step(action)
            for values, value in zip((before, actions, after), (state, action, info["state"])):
                values.append(value)
            state = info["state"]

    class Broken:
        num_states, transition_matrix = 5, transition_matrix(env)

    assert_transitions_follow_b(Broken, *map(np.array, (before, actions, after)))
