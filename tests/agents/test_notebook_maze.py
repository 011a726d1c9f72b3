"""pymdp's T-maze notebook with its own settings: an agent of ours beside the one it builds."""

import warnings
from typing import Any

import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from pymdp.agent import Agent
from pymdp.envs.tmaze import TMaze
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor

MODALITIES = ("location", "outcome", "cue")
NUM_STEPS = 10


def notebook_agent() -> Agent:
    """A cue that is always right, policies of two steps, C of 2 and -3."""
    env: Any = TMaze(cue_validity=1.0)
    C = [jnp.zeros(5), jnp.array([0.0, 2.0, -3.0]), jnp.zeros(3)]
    settings: Any = {"A_dependencies": env.A_dependencies, "B_dependencies": env.B_dependencies}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="A JAX array is being set as static")
        return Agent(env.A, env.B, C, env.D, policy_len=2, **settings)


def test_it_believes_weighs_and_does_what_pymdp_does():
    """Also where policies are equally good, as all are at the cue: the first is taken."""
    theirs = notebook_agent()
    agent: Any = ActiveInferenceEncoderAgent(
        dict.fromkeys(MODALITIES), GenerativeModel.from_pymdp(theirs)
    )
    env = gym.make("aifgym.envs:TMaze-v0", cue_validity=1.0, max_episode_steps=NUM_STEPS)
    returns = []
    with jax.numpy_rank_promotion("allow"):
        infer_states = jax.jit(lambda *at: theirs.infer_states(*at))
        infer_policies = jax.jit(lambda qs: theirs.infer_policies(qs))
        sample_action = jax.jit(lambda q_pi: theirs.sample_action(q_pi))
        for seed in range(3):
            observation, _ = env.reset(seed=seed)
            prior, state, over = theirs.D, None, False
            returns.append(0.0)
            while not over:
                before = state
                action, state = agent.predict(observation, before)
                seen = [jnp.asarray([[int(observation[key])]]) for key in MODALITIES]
                qs = infer_states(seen, prior)
                for our, their in zip(agent.beliefs, qs):
                    np.testing.assert_allclose(our, their[:, -1], atol=1e-5)
                q_pi, neg_efe = infer_policies(qs)
                values = agent.explain(observation, before).neg_efe
                np.testing.assert_allclose(values, neg_efe, atol=1e-5)
                assert action == sample_action(q_pi)[0, 0]
                prior = theirs.update_empirical_prior(jnp.array([[int(action), 0]]), qs)
                observation, reward, terminated, truncated, _ = env.step(action)
                returns[-1] += float(reward)
                over = terminated or truncated
    assert returns == [1.0] * 3


@pytest.mark.parametrize("engine", ["joint", "pymdp"])
def test_it_is_paid_as_in_the_notebook_and_after_its_file_was_read(engine, tmp_path):
    """At the cue all policies of two steps are equally good: the first one leads to the centre."""
    agent = ActiveInferenceEncoderAgent(
        dict.fromkeys(MODALITIES), GenerativeModel.from_pymdp(notebook_agent()), engine=engine
    )
    env = Monitor(gym.make("aifgym.envs:TMaze-v0", cue_validity=1.0))
    env.reset(seed=0)
    assert evaluate_policy(agent, env, n_eval_episodes=20) == (1.0, 0.0)
    agent.save(tmp_path / "maze.aif")
    again = ActiveInferenceEncoderAgent.load(tmp_path / "maze.aif")
    assert repr(again) == repr(agent)
    assert evaluate_policy(again, env, n_eval_episodes=5) == (1.0, 0.0)
