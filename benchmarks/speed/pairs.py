"""The pairs of `aifgym speed`: ours, and the peer that a user would otherwise take."""

import contextlib
import subprocess
import sys
import warnings

import equinox as eqx
import gymnasium as gym
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from pymdp.envs.rollout import rollout as pymdp_rollout

from ...agents import ActiveInferenceEncoderAgent, ObservationEncoder
from ...agents.planning import tree as planning
from ...envs.line_world.jax_env import JaxLineWorld
from ...training.descent.recipes import TutorialRecipe, recipe_for
from ..running.closed_loop import closed_loop_returns
from .engine_pairs import ENGINE_PAIRS
from .learning_pairs import learning_pair
from .maze_pairs import MAZE_PAIRS
from .measurement import Pair
from .training_pairs import (
    RESTARTS,
    WORLD,
    restarts,
    tutorial_training,
    tutorial_training_cold,
    untrained_model,
)
from .world_model_pairs import WORLD_MODEL_PAIRS

ENV = "aifgym.envs:ContinuousLineWorld-v0"
MANY = 1024
EPISODES, EPISODE_STEPS, EVALUATION_ENVS = 1000, 8, 16
LOOP_STEPS = 20


def _agent(width: int, depth: int) -> ActiveInferenceEncoderAgent:
    """An untrained agent: how long it takes does not depend on what it learned."""
    encoder = ObservationEncoder(2, WORLD.num_states, width, depth, key=jr.key(0))
    return ActiveInferenceEncoderAgent(encoder, untrained_model(), np.full(WORLD.num_states, 0.2))


def _tutorial_agent() -> ActiveInferenceEncoderAgent:
    recipe = TutorialRecipe()
    return _agent(recipe.encoder_width, recipe.encoder_depth)


def _default_agent() -> ActiveInferenceEncoderAgent:
    recipe = recipe_for(WORLD.num_states, True)
    return _agent(recipe.encoder_width, recipe.encoder_depth)


def _ppo():
    from stable_baselines3 import PPO

    return PPO("MlpPolicy", gym.make(ENV), device="cpu")


def _steps(env_id: str):
    """One step, with the resets that it needs."""
    env = gym.make(env_id)
    env.reset(seed=0)
    actions = np.random.default_rng(0).integers(gym.spaces.flatdim(env.action_space), size=1000)

    def act():
        for action in actions:
            *_, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()

    return act


def _vector_steps(env_id: str):
    envs = gym.make_vec(env_id, num_envs=MANY)
    envs.reset(seed=0)
    actions = np.random.default_rng(0).integers(
        gym.spaces.flatdim(envs.single_action_space), size=MANY
    )
    return lambda: envs.step(actions)


def _predict(agent: ActiveInferenceEncoderAgent, num_observations: int):
    observations = np.random.default_rng(0).normal(size=(num_observations, 2)).astype(np.float32)
    episode_start, ppo = np.zeros(num_observations, bool), _ppo()
    memory = agent.predict(observations)[1]
    return (
        lambda: agent.predict(observations, memory, episode_start),
        lambda: ppo.predict(observations, None, episode_start),
    )


def _policy_inference():
    tree, agent = planning.PolicyTree(untrained_model()), untrained_model().to_pymdp(MANY)
    beliefs = jr.dirichlet(jr.key(0), jnp.ones(WORLD.num_states), (MANY,))

    @jax.jit
    def ours(tree, beliefs):
        neg_efe = planning.negative_expected_free_energy(tree, beliefs)
        return planning.policy_posterior(tree, neg_efe), neg_efe

    theirs = eqx.filter_jit(lambda agent, beliefs: agent.infer_policies([beliefs[:, None]]))
    return (
        lambda: jax.block_until_ready(ours(tree, beliefs)),
        lambda: jax.block_until_ready(theirs(agent, beliefs)),
    )


def _closed_loop():
    ours, env, key = _default_agent(), JaxLineWorld(WORLD), jr.key(0)
    theirs = ours.pymdp_agent(MANY)
    # pymdp acts once more after its last step.
    loop = eqx.filter_jit(lambda agent, key: pymdp_rollout(agent, env, LOOP_STEPS - 1, key))
    return (
        lambda: ours.rollout(env, MANY, LOOP_STEPS, key),
        lambda: jax.block_until_ready(loop(theirs, key)),
    )


def _evaluation():
    from stable_baselines3.common.evaluation import evaluate_policy
    from stable_baselines3.common.vec_env import DummyVecEnv, VecMonitor

    agent, ppo = _default_agent(), _ppo()
    envs = VecMonitor(DummyVecEnv([lambda: gym.make(ENV)] * EVALUATION_ENVS))
    return (
        lambda: closed_loop_returns(agent, WORLD, EPISODE_STEPS, EPISODES),
        lambda: evaluate_policy(ppo, envs, n_eval_episodes=EPISODES),
    )


def _import(module: str):
    return lambda: subprocess.run([sys.executable, "-c", f"import {module}"], check=True)


PAIRS = (
    Pair("1,000 steps of `gym.make`, with resets", "CartPole-v1", 1.5,
         lambda: (_steps(ENV), _steps("CartPole-v1"))),
    Pair(f"step of `make_vec`, {MANY} environments", "CartPole-v1, its vector entry point", 1.2,
         lambda: (_vector_steps(ENV), _vector_steps("CartPole-v1"))),
    Pair("`predict`, 1 observation, tutorial's encoder", "SB3 `PPO.predict`", 2,
         lambda: _predict(_tutorial_agent(), 1)),
    Pair("`predict`, 1 observation, default encoder", "SB3 `PPO.predict`", 2,
         lambda: _predict(_default_agent(), 1)),
    Pair(f"`predict`, {MANY} observations, default encoder", "SB3 `PPO.predict`", 1,
         lambda: _predict(_default_agent(), MANY)),
    Pair(f"policy inference, {MANY} beliefs, 81 policies", "pymdp `Agent.infer_policies`, jitted",
         20, _policy_inference),
    *WORLD_MODEL_PAIRS,
    learning_pair(_default_agent),
    *MAZE_PAIRS,
    *ENGINE_PAIRS,
    Pair(f"`rollout`, {MANY} environments, {LOOP_STEPS} steps", "pymdp `rollout`, jitted", 20,
         _closed_loop),
    Pair(f"evaluation, {EPISODES:,} episodes, compiled loop",
         f"SB3 `evaluate_policy` of PPO, {EVALUATION_ENVS} environments", 20, _evaluation),
    Pair("`import aifgym.envs`", "`import gymnasium`", 1 / 1.15,
         lambda: (_import("aifgym.envs"), _import("gymnasium"))),
    Pair(f"`fit`, {RESTARTS} restarts side by side", f"`fit` with one restart, times {RESTARTS}", 2,
         restarts, peer_times=RESTARTS),
    Pair("tutorial's training, compiled before", "pymdp in a loop, jitted step", 30,
         tutorial_training),
    Pair("tutorial's training, with compilation", "pymdp in a loop, jitted step", 4,
         tutorial_training_cold),
)  # fmt: skip
"""The quick ones first."""


@contextlib.contextmanager
def prepared_peers():
    """Peers as they are fastest, and nothing compiled taken from the disk."""
    import torch

    threads = torch.get_num_threads()
    cached = jax.config.jax_enable_compilation_cache  # pyright: ignore[reportAttributeAccessIssue]
    torch.set_num_threads(1)  # networks this small lose time to a second thread
    jax.config.update("jax_enable_compilation_cache", False)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="stable_baselines3|pymdp|gymnasium")
        try:
            yield
        finally:
            torch.set_num_threads(threads)
            jax.config.update("jax_enable_compilation_cache", cached)
