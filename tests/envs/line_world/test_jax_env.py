import gymnasium as gym
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.benchmarks.running.closed_loop import closed_loop_returns
from aifgym.benchmarks.running.evaluation import episode_returns
from aifgym.envs import LineWorld
from aifgym.envs.line_world.jax_env import JaxLineWorld
from helpers import ENV_ID, assert_transitions_follow_b, small_encoder
from pymdp.envs.rollout import rollout as pymdp_rollout
from scipy import stats

ALPHA = 1e-4  # chance of a false alarm; seeds are fixed


def many(env: JaxLineWorld, num_envs: int, seed: int = 0):
    return jax.vmap(env.reset)(jr.split(jr.key(seed), num_envs))


@pytest.mark.parametrize("noise", [0.0, 0.3, 1.0])
def test_transitions_follow_b(noise):
    world = LineWorld(num_states=4, transition_noise=noise, start_state=None)
    env = JaxLineWorld(world)
    _, state = many(env, 20_000)
    actions = jr.randint(jr.key(1), (20_000, 1), 0, 3)
    keys = jr.split(jr.key(2), 20_000)
    after = np.asarray(jax.vmap(env.step)(keys, state, actions)[1][0])
    before, actions = np.asarray(state[0]), np.asarray(actions)[:, 0]
    assert_transitions_follow_b(world, before, actions, after)


def test_observations_and_starts_are_those_of_the_gymnasium_environment():
    settings = {"emission_scale": 1.5, "start_state": None, "target_state": None}
    env = gym.make(ENV_ID, **settings)
    theirs = [env.reset(seed=seed) for seed in range(4000)]
    observations, state = many(JaxLineWorld(LineWorld(**settings)), 4000)
    for axis in range(2):
        values = np.array([observation[axis] for observation, _ in theirs])
        assert stats.ks_2samp(values, np.asarray(observations[0])[:, axis]).pvalue > ALPHA
    pairs = np.bincount(np.asarray(state[0] * 5 + state[1]), minlength=25)
    assert stats.chisquare(pairs).pvalue > ALPHA


def test_options_of_pymdps_interface():
    env = JaxLineWorld()
    chosen = [jnp.asarray(3), jnp.asarray(4)]
    _, state = env.reset(jr.key(0), state=chosen)
    assert state is chosen
    _, state = env.step(jr.key(0), state, None)
    assert (int(state[0]), float(env.reward(state))) == (3, 0.0)
    assert float(env.reward([jnp.asarray(4), jnp.asarray(4)])) == 1.0
    with pytest.raises(ValueError, match="env_params"):
        env.reset(jr.key(0), env_params={})
    assert hash(env) == hash(JaxLineWorld(LineWorld()))


@pytest.fixture
def line_agent(world):
    """Sees through a random encoder, so that beliefs are neither sharp nor empty."""
    # Each state is told differently well, so that no two policies are worth the same.
    told = np.linspace(0.95, 0.75, 5)
    model = GenerativeModel(
        A=(1 - told) / 4 + np.diag(told - (1 - told) / 4),
        B=world.transition_matrix,
        C=2.0 * np.eye(5)[4],
        D=world.initial_probs,
        policy_len=2,
        planner="tree",
    )
    return ActiveInferenceEncoderAgent(small_encoder(), model, usage=np.full(5, 0.2))


def test_rollout_is_predict_in_a_loop(line_agent):
    result = line_agent.rollout(JaxLineWorld(), num_envs=7, num_steps=6, key=jr.key(3))
    assert [array.shape for array in result] == [(7, 6, 2), (7, 6), (7, 6, 5), (7, 6), (7, 6)]
    memory = None
    for step in range(6):
        actions, memory = line_agent.predict(result.observations[:, step], memory)
        np.testing.assert_array_equal(actions, result.actions[:, step])
        np.testing.assert_allclose(line_agent.beliefs, result.beliefs[:, step], atol=1e-5)
    np.testing.assert_array_equal(result.rewards[:, :-1], result.states[:, 1:] == 4)
    again = line_agent.rollout(JaxLineWorld(), num_envs=7, num_steps=6, key=jr.key(3))
    np.testing.assert_array_equal(result.observations, again.observations)
    drawn = line_agent.rollout(JaxLineWorld(), 7, 6, jr.key(3), deterministic=False)
    assert (drawn.actions != result.actions).any()


def test_rollout_refuses_no_environments(line_agent):
    with pytest.raises(ValueError, match="num_envs must be at least 1, got 0"):
        line_agent.rollout(JaxLineWorld(), 0, 5, jr.key(0))
    with pytest.raises(TypeError, match=r"JaxLineWorld\(world\), LineWorld has no reset"):
        line_agent.rollout(LineWorld(), 1, 5, jr.key(0))


def test_pymdps_own_rollout_runs_on_it_and_fares_as_ours(line_agent):
    env, num_envs, num_steps = JaxLineWorld(), 400, 8
    ours = line_agent.rollout(env, num_envs, num_steps, jr.key(0))
    _, theirs = jax.jit(
        lambda key: pymdp_rollout(line_agent.pymdp_agent(num_envs), env, num_steps - 1, key)
    )(jr.key(1))
    assert theirs["observation"][0].shape == (num_envs, num_steps, 2)
    for state in range(5):
        share = [np.mean(np.asarray(s) == state) for s in (ours.states, theirs["env_state"][0])]
        assert abs(share[0] - share[1]) < 0.05
    # Beliefs and actions on the episodes that pymdp saw are ours.
    memory = None
    for step in range(num_steps):
        observations = np.asarray(theirs["observation"][0])[:, step]
        actions, memory = line_agent.predict(observations, memory)
        np.testing.assert_allclose(line_agent.beliefs, theirs["qs"][0][:, step], atol=1e-4)
        assert np.mean(actions == np.asarray(theirs["action"])[:, step, 0]) > 0.99


def test_closed_loop_evaluation_agrees_with_gymnasiums(line_agent):
    world = LineWorld(start_state=None)
    ours = closed_loop_returns(line_agent, world, episode_steps=8, num_episodes=4000)

    def make_env():
        return gym.make(ENV_ID, start_state=None)

    theirs = episode_returns(line_agent, make_env, num_episodes=300)
    assert stats.ttest_ind(ours, theirs).pvalue > ALPHA
    assert ours.std() > 0
