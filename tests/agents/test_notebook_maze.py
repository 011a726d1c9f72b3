"""pymdp's T-maze notebook with its own settings: an agent of ours beside the one it builds."""

import warnings
from typing import Any

import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from pymdp.agent import Agent
from pymdp.envs.tmaze import TMaze

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


def test_it_believes_and_weighs_what_pymdp_does():
    """Where policies are equally good rounding decides, so values are compared, not actions."""
    theirs = notebook_agent()
    agent: Any = ActiveInferenceEncoderAgent(
        dict.fromkeys(MODALITIES), GenerativeModel.from_pymdp(theirs)
    )
    env = gym.make("aifgym.envs:TMaze-v0", cue_validity=1.0, max_episode_steps=NUM_STEPS)
    first_actions = np.asarray(theirs.policies.policy_arr)[:, 0, 0]
    returns = []
    with jax.numpy_rank_promotion("allow"):
        infer_states = jax.jit(lambda *at: theirs.infer_states(*at))
        infer_policies = jax.jit(lambda qs: theirs.infer_policies(qs))
        for seed in range(5):
            observation, _ = env.reset(seed=seed)
            prior, state, over = theirs.D, None, False
            returns.append(0.0)
            while not over:
                action, state = agent.predict(observation, state)
                seen = [jnp.asarray([[int(observation[key])]]) for key in MODALITIES]
                qs = infer_states(seen, prior)
                for our, their in zip(agent.beliefs, qs):
                    np.testing.assert_allclose(our, their[:, -1], atol=1e-5)
                neg_efe = np.asarray(infer_policies(qs)[1])[0]
                assert neg_efe[first_actions == action].max() > neg_efe.max() - 1e-5
                prior = theirs.update_empirical_prior(jnp.array([[int(action), 0]]), qs)
                observation, reward, terminated, truncated, _ = env.step(action)
                returns[-1] += float(reward)
                over = terminated or truncated
    # Nobody is ever punished who has asked a cue that is always right.
    assert min(returns) >= 0
