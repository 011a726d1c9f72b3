"""Where trajectories come from: a simulated `LineWorld`, or any Gymnasium environment."""

import dataclasses
from collections.abc import Callable

import gymnasium as gym
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jaxtyping import Array, Int, PRNGKeyArray

from ...agents.encoders.mlp import MIN_PROBABILITY
from ...envs import LineWorld
from ...envs.line_world.actions import NUM_ACTIONS
from ...envs.line_world.world import OBSERVATION_DIM
from .trajectories import Trajectories


def simulate(
    world: LineWorld, num_sequences: int, sequence_length: int, key: PRNGKeyArray
) -> tuple[Trajectories, Int[Array, "N T"]]:
    """Random actions from balanced starts: each state begins equally many sequences.

    Source: pymdp's tutorial, section 4 `simulate_gaussian_sequences`, draw for draw.

    Args:
        world: what to simulate; its `start_state` and `target_state` play no part.
        num_sequences: N.
        sequence_length: T.
        key: JAX key.

    Returns:
        The trajectories, and the hidden states `(N, T)` int32 for whoever measures accuracy.
    """
    means, B = jnp.asarray(world.means, jnp.float32), jnp.asarray(world.transition_matrix)
    return _simulate(means, B, world.emission_scale, num_sequences, sequence_length, key)


@jax.jit(static_argnums=(3, 4))
def _simulate(means, B, scale, num_sequences, sequence_length, key):
    key_init, key_loop = jr.split(key)
    balanced = jnp.arange(num_sequences, dtype=jnp.int32) % len(means)
    first = balanced[jr.permutation(key_init, num_sequences)]

    def step(carry, _):
        state, key = carry
        key, key_action, key_noise, key_next = jr.split(key, 4)
        action = jr.randint(key_action, (num_sequences,), 0, NUM_ACTIONS, dtype=jnp.int32)
        noise = jr.normal(key_noise, (num_sequences, OBSERVATION_DIM))
        log_probs = jnp.log(jnp.clip(B[:, state, action].T, min=MIN_PROBABILITY))
        drawn = jax.vmap(jr.categorical)(jr.split(key_next, num_sequences), log_probs)
        return (drawn.astype(jnp.int32), key), (means[state] + scale * noise, action, state)

    _, by_time = jax.lax.scan(step, (first, key_loop), length=sequence_length)
    observations, actions, states = (jnp.swapaxes(array, 0, 1) for array in by_time)
    return Trajectories(observations, actions, jnp.ones(actions.shape, bool)), states


def collect(
    env: gym.Env,
    num_steps: int,
    sequence_length: int = 6,
    seed: int = 0,
    *,
    policy: Callable[[np.ndarray, np.random.Generator], int] | None = None,
    record_rewards: bool = False,
) -> Trajectories:
    """Acts in `env` and keeps observations and actions, and rewards only when asked to.

    Episodes are cut into sequences of at most `sequence_length` observations; neighbours share
    one observation, so that every transition is in exactly one sequence.

    Args:
        env: `Box` observations of shape `(D,)`, `Discrete` actions.
        num_steps: number of calls of `env.step`.
        sequence_length: T, at least 2.
        seed: of the environment's first reset and of the actions.
        policy: chooses an action given an observation and a generator; `None`
            draws uniformly.
        record_rewards: whether the trajectories hold rewards.

    Returns:
        The trajectories, NumPy arrays.

    Raises:
        TypeError: the spaces are of another kind.
        ValueError: `num_steps` or `sequence_length` is too small, an action is outside of the
            space, or an observation is not finite.
    """
    _check_spaces(env)
    for name, value, low in (("num_steps", num_steps, 1), ("sequence_length", sequence_length, 2)):
        if value < low:
            raise ValueError(f"{name} must be at least {low}, got {value}")
    rng = np.random.default_rng(seed)
    num_actions = int(env.action_space.n)
    choose = policy or (lambda observation, rng: rng.integers(num_actions))
    observation, _ = env.reset(seed=seed)
    episodes = [([observation], [], [])]
    for steps_left in range(num_steps, 0, -1):
        action = int(choose(observation, rng))
        if not 0 <= action < num_actions:
            raise ValueError(f"policy must choose in 0..{num_actions - 1}, it chose {action}")
        observation, reward, terminated, truncated, _ = env.step(action)
        observations, actions, rewards = episodes[-1]
        observations.append(observation)
        actions.append(action)
        rewards.append(float(reward) if record_rewards else 0.0)
        if (terminated or truncated) and steps_left > 1:
            observation, _ = env.reset()
            episodes.append(([observation], [], []))
    data = cut_episodes(episodes, sequence_length, num_actions)
    return data if record_rewards else dataclasses.replace(data, rewards=None)


def cut_episodes(episodes: list[tuple], sequence_length: int, num_actions: int) -> Trajectories:
    """Episodes as sequences of at most `sequence_length` observations, see `collect`.

    Args:
        episodes: lists of observations, actions and rewards, one observation more than actions.
        sequence_length: T.
        num_actions: U.

    Raises:
        ValueError: an observation is not finite.
    """
    pieces = []
    for observations, actions, rewards in episodes:
        for begin in range(0, len(actions), sequence_length - 1):
            piece = slice(begin, begin + sequence_length)
            pieces.append((observations[piece], actions[piece], rewards[piece]))
    lengths = np.array([len(observations) for observations, _, _ in pieces])
    mask = np.arange(sequence_length) < lengths[:, None]
    padded = np.zeros((*mask.shape, *np.shape(pieces[0][0][0])), np.float32)
    padded_actions, padded_rewards = np.zeros(mask.shape, np.int32), np.zeros(mask.shape, "f")
    for row, (observations, actions, rewards) in enumerate(pieces):
        padded[row, : len(observations)] = observations
        padded_actions[row, : len(actions)] = actions
        padded_rewards[row, : len(rewards)] = rewards
    if not np.isfinite(padded).all():
        raise ValueError("the environment returned an observation that is not finite")
    return Trajectories(padded, padded_actions, mask, padded_rewards, num_actions)


def _check_spaces(env: gym.Env) -> None:
    space = env.observation_space
    if not isinstance(space, gym.spaces.Box) or len(space.shape) != 1:
        raise TypeError(f"env.observation_space must be a Box of shape (D,), got {space}")
    if not isinstance(env.action_space, gym.spaces.Discrete):
        raise TypeError(f"env.action_space must be Discrete, got {env.action_space}")
    if env.action_space.start != 0:
        # `predict` answers with B's own numbers, which count from 0.
        raise TypeError(f"env.action_space must start at 0, got {env.action_space}")
