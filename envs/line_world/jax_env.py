"""The line world as pure JAX `reset` and `step`, for pymdp's `rollout` and for ours.

Not imported by `aifgym.envs`, which stays free of JAX: import this module itself.
"""

import dataclasses

import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Float, Int, PRNGKeyArray
from pymdp.envs.env import Env

from .actions import NUM_ACTIONS
from .world import OBSERVATION_DIM, LineWorld

State = list[Int[Array, ""]]


@dataclasses.dataclass(frozen=True)
class JaxLineWorld(Env):
    """One line world under pymdp's `Env` interface; `jax.vmap` it for more.

    `pymdp.envs.rollout.rollout(agent.pymdp_agent(B), JaxLineWorld(world), T, key)` runs an agent
    in it on continuous observations. Transitions, observations and rewards are those of
    `ContinuousLineWorldEnv`; episodes do not end by themselves.

    Attributes:
        world: its description. Equal worlds share compiled code.
    """

    world: LineWorld = LineWorld()

    def reset(
        self, key: PRNGKeyArray, state: State | None = None, env_params: dict | None = None
    ) -> tuple[list[Float[Array, " D"]], State]:
        """Starts an episode.

        Args:
            key: JAX key.
            state: hidden and rewarded state to start from; `None` draws them as the world says.
            env_params: none are taken.

        Returns:
            A list with the observation `(2,)`, and the state: a list with the hidden state and
            the rewarded one, int32.
        """
        _check_none(env_params)
        start_key, target_key, observation_key = jr.split(key, 3)
        if state is None:
            state = [
                self._drawn(self.world.start_state, start_key),
                self._drawn(self.world.rewarded_state, target_key),
            ]
        return [self._observed(state, observation_key)], state

    def step(
        self,
        key: PRNGKeyArray,
        state: State,
        action: Int[Array, " 1"] | Int[Array, ""] | None,
        env_params: dict | None = None,
    ) -> tuple[list[Float[Array, " D"]], State]:
        """Moves the state and observes it.

        Args:
            key: JAX key.
            state: as `reset` returns it.
            action: `(1,)` or `()`: 0 back, 1 stay, 2 forward; `None` only observes.
            env_params: none are taken.

        Returns:
            A list with the observation `(2,)`, and the state.
        """
        _check_none(env_params)
        move_key, observation_key = jr.split(key)
        if action is not None:
            moved = jnp.asarray(self.world.next_states, jnp.int32).reshape(-1)[
                state[0] * NUM_ACTIONS + jnp.reshape(action, ()).astype(jnp.int32)
            ]
            state = [self._disturbed(moved, jr.uniform(move_key)), state[1]]
        return [self._observed(state, observation_key)], state

    def reward(self, state: State) -> Float[Array, ""]:
        """1.0 where the hidden state is the rewarded one, else 0.0."""
        return (state[0] == state[1]).astype(jnp.float32)

    def _disturbed(self, moved: Int[Array, ""], draw: Float[Array, ""]) -> Int[Array, ""]:
        """Where a uniform draw is below the noise the state jumps, and the draw says where to."""
        noise, num_states = self.world.transition_noise, self.world.num_states
        # Given that it is below `noise`, the draw divided by `noise` is uniform again.
        place = (draw * (num_states / noise if noise else 0.0)).astype(jnp.int32)
        return jnp.where(draw < noise, jnp.minimum(place, num_states - 1), moved)

    def _drawn(self, fixed: int | None, key: PRNGKeyArray) -> Int[Array, ""]:
        if fixed is None:
            return jr.randint(key, (), 0, self.world.num_states)
        return jnp.asarray(fixed, jnp.int32)

    def _observed(self, state: State, key: PRNGKeyArray) -> Float[Array, " D"]:
        mean = jnp.asarray(self.world.means, jnp.float32)[state[0]]
        return mean + self.world.emission_scale * jr.normal(key, (OBSERVATION_DIM,))


def _check_none(env_params) -> None:
    if env_params is not None:
        raise ValueError("env_params must be None: make another JaxLineWorld for another world")
