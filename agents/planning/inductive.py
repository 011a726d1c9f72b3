"""Pymdp's inductive inference behind the interface of the tree."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray
from pymdp.maths import log_stable

from ..models.generative_model import Model
from ..models.pymdp_agent import build_agent
from .goal import goal_vector
from .protocol import Explanation, explained
from .tree import neg_efe_parts


class InductivePlanner(eqx.Module):
    """Plans backwards from the preferred state, however far it is.

    Attributes:
        arrays: lists A, B, C, D, H of one factor, and E where there is one.
        settings: of the pymdp `Agent`, names and values.
    """

    arrays: dict[str, list[Array] | Array | None]
    settings: tuple[tuple[str, object], ...] = eqx.field(static=True)

    def __init__(self, model: Model) -> None:
        joint, goal = model.joint, goal_vector(model)
        self.arrays = jax.tree.map(jnp.asarray, joint.pymdp_arrays() | {"H": [goal]})
        self.settings = (
            *joint.pymdp_settings().items(),
            ("use_inductive", True),
            ("inductive_depth", joint.inductive_depth or len(goal)),
            ("inductive_threshold", joint.inductive_threshold),
            ("inductive_epsilon", joint.inductive_epsilon),
        )

    @classmethod
    def num_bytes(
        cls, num_states: int, num_outcomes: int, num_actions: int, policy_len: int
    ) -> float:
        """States predicted along all policies, twice."""
        return 8 * num_states * 1.5 * float(num_actions) ** policy_len

    @classmethod
    def pymdp_goal(cls, model: Model) -> np.ndarray:
        """H, one-hot on the preferred state."""
        return goal_vector(model)

    def infer_policies(
        self, belief: Float[Array, "N K"]
    ) -> tuple[Float[Array, "N policies"], Float[Array, "N policies"]]:
        """`q(pi)` and `neg_efe`; `Agent.infer_policies`."""
        agent = build_agent(self.arrays, 1, **dict(self.settings))
        results = jax.vmap(lambda q: agent.infer_policies([q[None, None]]))(belief)
        q_pi, neg_efe = results
        return q_pi[:, 0], neg_efe[:, 0]

    def best_action(self, belief: Float[Array, "N K"]) -> Int[Array, " N"]:
        """First action of the most probable policy."""
        return self._first_action(jnp.argmax(self.infer_policies(belief)[0], axis=-1))

    def sampled_action(self, belief: Float[Array, "N K"], key: PRNGKeyArray) -> Int[Array, " N"]:
        """First action of a policy drawn from `q(pi)`."""
        _, key = jax.random.split(key)  # as searches do, which draw twice
        log_probs = log_stable(self.infer_policies(belief)[0])
        return self._first_action(jax.random.categorical(key, log_probs, axis=-1))

    def explain(self, model: Model, beliefs: np.ndarray) -> Explanation:
        """The parts of `neg_efe`, with what inductive inference adds to them."""
        utility, info_gain, _ = neg_efe_parts(model, beliefs)
        belief = jnp.asarray(beliefs, jnp.float32)
        posterior, neg_efe = map(np.asarray, self.infer_policies(belief))
        inductive = neg_efe - (utility + info_gain)
        return explained(utility, info_gain, inductive, posterior, model.num_actions)

    def _first_action(self, policy: Int[Array, " N"]) -> Int[Array, " N"]:
        B: Any = self.arrays["B"]
        settings: dict[str, Any] = dict(self.settings)
        return policy // B[0].shape[-1] ** (settings["policy_len"] - 1)
