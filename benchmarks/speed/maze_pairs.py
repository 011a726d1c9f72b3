"""Pairs of `aifgym speed` on pymdp's T-maze: two factors, three modalities."""

from typing import Any

import gymnasium as gym
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np

from ...agents import ActiveInferenceEncoderAgent, GenerativeModel
from ...agents.models.flattening import joint_belief
from ...agents.planning import tree as planning
from .measurement import Pair

MAZE = "aifgym.envs:TMaze-v0"
MANY = 1024
PREFERENCE = 3.0


def maze_model(policy_len: int) -> GenerativeModel:
    """The maze's own process, with its rewards as preferences."""
    world: Any = gym.make(MAZE).unwrapped
    C = [PREFERENCE * np.array(rewards) for rewards in world.rewards]
    return GenerativeModel(**world.model(), C=C, policy_len=policy_len)


def _predict(num_observations: int):
    from stable_baselines3 import PPO

    env = gym.make(MAZE)
    world: Any = env.unwrapped
    keys = dict.fromkeys(world.modalities)
    agent = ActiveInferenceEncoderAgent(keys, maze_model(policy_len=2))
    ppo = PPO("MultiInputPolicy", env, device="cpu")
    rng = np.random.default_rng(0)
    observations: Any = {
        name: rng.integers(part.n, size=num_observations)
        for name, part in world.observation_space.items()
    }
    start, memory = np.zeros(num_observations, bool), agent.predict(observations)[1]
    return (
        lambda: agent.predict(observations, memory, start),
        lambda: ppo.predict(observations, None, start),
    )


def _policy_inference(policy_len: int):
    model = maze_model(policy_len)
    tree, agent = planning.PolicyTree(model), model.to_pymdp(MANY)
    keys = jr.split(jr.key(0), len(model.num_states))
    by_factor = [jr.dirichlet(k, jnp.ones(n), (MANY,)) for k, n in zip(keys, model.num_states)]
    belief = jnp.asarray(joint_belief([np.asarray(one) for one in by_factor]))
    best = jax.jit(planning.PolicyTree.best_action)
    theirs = jax.jit(lambda beliefs: agent.sample_action(agent.infer_policies(beliefs)[0]))
    each = [one[:, None] for one in by_factor]
    return (
        lambda: jax.block_until_ready(best(tree, belief)),
        lambda: jax.block_until_ready(theirs(each)),
    )


MAZE_PAIRS = (
    Pair("T-maze, `predict`, 1 observation", "SB3 `PPO.predict`, Dict policy", 1,
         lambda: _predict(1)),
    Pair(f"T-maze, `predict`, {MANY} observations", "SB3 `PPO.predict`, Dict policy", 1 / 1.5,
         lambda: _predict(MANY)),
    *(
        Pair(f"T-maze, best of {5**policy_len} policies, {MANY} beliefs",
             "pymdp `Agent.infer_policies` and `sample_action`, jitted", 40,
             lambda policy_len=policy_len: _policy_inference(policy_len))
        for policy_len in (2, 3)
    ),
)  # fmt: skip
