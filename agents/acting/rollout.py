"""Environment and agent in one compiled loop."""

from typing import Any, NamedTuple, Protocol

import jax
import jax.random as jr
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from .decision import AgentCore, decide

NOT_FOR = (
    "rollout is for models of single arrays, and for agents that do not learn while they act: it "
    "hands back no state, so that what they learned would be lost; call predict step by step"
)


class JaxEnv(Protocol):
    """A pure environment: pymdp's `Env`, with rewards."""

    def reset(self, key: PRNGKeyArray) -> tuple[list[Array], list[Array]]:
        """First observation and state, each in a list, the hidden state first."""
        ...

    def step(
        self, key: PRNGKeyArray, state: list[Array], action: Array
    ) -> tuple[list[Array], list[Array]]:
        """Next observation and state."""
        ...

    def reward(self, state: list[Array]) -> Float[Array, ""]:
        """What reaching a state brings."""
        ...


class Rollout(NamedTuple):
    """N episodes of T steps, side by side.

    Attributes:
        observations: `(N, T, D)` float32, `x_t`.
        states: `(N, T)` int32, the hidden state `s_t`, for evaluation and pictures.
        beliefs: `(N, T, K)` float32, `q(s_t)` after `x_t`.
        actions: `(N, T)` int32, `a_t`.
        rewards: `(N, T)` float32, what reaching `s_{t+1}` brought.
    """

    observations: np.ndarray
    states: np.ndarray
    beliefs: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray


def rollout(
    core: AgentCore,
    env: JaxEnv,
    num_envs: int,
    num_steps: int,
    deterministic: bool,
    key: PRNGKeyArray,
) -> Rollout:
    """Runs `num_envs` agents in as many environments, `num_steps` each.

    Args:
        core: the agent.
        env: pure `reset`, `step` and `reward` of one environment.
        num_envs: N.
        num_steps: T.
        deterministic: the most probable policy, else policies are drawn.
        key: JAX key.
    """
    reset_key, loop_key = jr.split(key)
    observation, state = jax.vmap(env.reset)(jr.split(reset_key, num_envs))
    prior = jax.numpy.broadcast_to(core.D, (num_envs, len(core.D)))

    def step(carry, step_key):
        observation, state, prior = carry
        policy_key, env_key = jr.split(step_key)
        action, belief, prior = decide(
            core, observation[0], prior, None if deterministic else policy_key
        )
        keys = jr.split(env_key, num_envs)
        next_observation, next_state = jax.vmap(env.step)(keys, state, action)
        reward = jax.vmap(env.reward)(next_state)
        seen: list[Any] = [observation[0], state[0], belief, action, reward]
        return (next_observation, next_state, prior), Rollout(*seen)

    _, by_time = jax.lax.scan(step, (observation, state, prior), jr.split(loop_key, num_steps))
    return jax.tree.map(lambda array: array.swapaxes(0, 1), by_time)
