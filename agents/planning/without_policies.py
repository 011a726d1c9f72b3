"""What planners share that list no policies, and those among them that weigh next actions."""

from typing import Self

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from ..models.generative_model import Model


class WithoutPolicies(eqx.Module):
    """Planners whose memory does not grow with the number of policies, and which need no goal."""

    @classmethod
    def num_bytes(
        cls, num_states: int, num_outcomes: int, num_actions: int, policy_len: int
    ) -> float:
        """0: not all policies are held."""
        return 0.0

    @classmethod
    def pymdp_goal(cls, model: Model) -> None:
        """None: no goal state is needed."""
        return


class WeighsActions(WithoutPolicies):
    """Planners that say what each next action is worth at a belief, for any horizon.

    Attributes:
        gamma: precision of the posterior over actions.
    """

    gamma: float = eqx.field(static=True)

    weighs_actions = True

    def values(self, belief: Float[Array, "N K"]) -> Float[Array, "N U"]:
        """What each action is worth at each belief."""
        raise NotImplementedError

    def best_action(self, belief: Float[Array, "N K"]) -> Int[Array, " N"]:
        """The action that is worth most at each belief."""
        return jnp.argmax(self.values(belief), axis=-1)

    def sampled_action(self, belief: Float[Array, "N K"], key: PRNGKeyArray) -> Int[Array, " N"]:
        """An action drawn from the softmax of what each is worth."""
        return jax.random.categorical(key, self.gamma * self.values(belief), axis=-1)

    def on_host(self) -> Self:
        """The planner with NumPy's arrays."""
        return jax.tree.map(np.asarray, self)


def refuse_prior(model: Model, planner: str) -> None:
    """Raises ValueError where a prior over policies is given to a planner that weighs none."""
    if model.E is not None:
        raise ValueError(f"planner {planner!r} weighs no whole policies, so E must be None")
