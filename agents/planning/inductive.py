"""Pymdp's inductive inference behind the interface of the tree."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray
from pymdp.maths import log_stable

from ..models.generative_model import GenerativeModel
from ..models.pymdp_agent import build_pymdp_agent
from .goal import goal_vector
from .protocol import Explanation, explained
from .tree import neg_efe_parts


class InductivePlanner(eqx.Module):
    """Plans backwards from the preferred state, however far it is.

    Attributes:
        arrays: A, B, C, D and, where there is one, E.
        goal: `(K,)`, H, one-hot on the preferred state.
        policy_len: length of a policy.
        gamma: precision of the posterior over policies.
        use_states_info_gain: whether planning values information about the state.
    """

    arrays: dict[str, Array]
    goal: Float[Array, " K"]
    policy_len: int = eqx.field(static=True)
    gamma: float = eqx.field(static=True)
    use_states_info_gain: bool = eqx.field(static=True)

    def __init__(self, model: GenerativeModel) -> None:
        self.arrays = {key: jnp.asarray(array) for key, array in model.arrays().items()}
        self.goal = jnp.asarray(goal_vector(model))
        self.policy_len, self.gamma = model.policy_len, model.gamma
        self.use_states_info_gain = model.use_states_info_gain

    @classmethod
    def num_bytes(
        cls, num_states: int, num_outcomes: int, num_actions: int, policy_len: int
    ) -> float:
        """States predicted along all policies, twice."""
        return 8 * num_states * 1.5 * float(num_actions) ** policy_len

    @classmethod
    def pymdp_goal(cls, model: GenerativeModel) -> np.ndarray:
        """H, one-hot on the preferred state."""
        return goal_vector(model)

    def infer_policies(
        self, belief: Float[Array, "N K"]
    ) -> tuple[Float[Array, "N policies"], Float[Array, "N policies"]]:
        """`q(pi)` and `neg_efe`; `Agent.infer_policies`."""
        agent = build_pymdp_agent(
            self.arrays,
            batch_size=1,
            policy_len=self.policy_len,
            gamma=self.gamma,
            use_states_info_gain=self.use_states_info_gain,
            goal=self.goal,
        )
        q_pi, neg_efe = jax.vmap(lambda q: agent.infer_policies([q[None, None]]))(belief)
        return q_pi[:, 0], neg_efe[:, 0]

    def best_action(self, belief: Float[Array, "N K"]) -> Int[Array, " N"]:
        """First action of the most probable policy."""
        return self._first_action(jnp.argmax(self.infer_policies(belief)[0], axis=-1))

    def sampled_action(self, belief: Float[Array, "N K"], key: PRNGKeyArray) -> Int[Array, " N"]:
        """First action of a policy drawn from `q(pi)`."""
        _, key = jax.random.split(key)  # as searches do, which draw twice
        log_probs = log_stable(self.infer_policies(belief)[0])
        return self._first_action(jax.random.categorical(key, log_probs, axis=-1))

    def explain(self, model: GenerativeModel, beliefs: np.ndarray) -> Explanation:
        """The parts of `neg_efe`, with what inductive inference adds to them."""
        utility, info_gain = neg_efe_parts(model, beliefs)
        belief = jnp.asarray(beliefs, jnp.float32)
        posterior, neg_efe = map(np.asarray, self.infer_policies(belief))
        inductive = neg_efe - (utility + info_gain)
        return explained(utility, info_gain, inductive, posterior, model.num_actions)

    def _first_action(self, policy: Int[Array, " N"]) -> Int[Array, " N"]:
        return policy // self.arrays["B"].shape[-1] ** (self.policy_len - 1)
