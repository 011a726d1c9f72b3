"""Which planner a model gets; pymdp's own planners behind the interface of the tree."""

import functools

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray
from pymdp.maths import log_stable

from ..models.generative_model import GenerativeModel
from ..models.pymdp_agent import REACHABLE, build_pymdp_agent
from .tree import PolicyTree

# What the arrays of a planner may take; a batch of beliefs comes on top.
MAX_BYTES = 2**30
# Of mcts: more than three actions need at the depths that policy_len usually has.
NUM_SIMULATIONS = 512


class PymdpPlanner(eqx.Module):
    """One of pymdp's planners, on one belief after the other.

    Attributes:
        arrays: A, B, C, D and, where there is one, E.
        goal: `(K,)`, H, one-hot on the preferred state.
        name: `"inductive"`, `"sophisticated"` or `"mcts"`.
        policy_len: length of a policy, depth of a search.
        gamma: precision of the posterior over policies.
        use_states_info_gain: whether planning values information about the state.
    """

    arrays: dict[str, Array]
    goal: Float[Array, " K"]
    name: str = eqx.field(static=True)
    policy_len: int = eqx.field(static=True)
    gamma: float = eqx.field(static=True)
    use_states_info_gain: bool = eqx.field(static=True)

    def __init__(self, model: GenerativeModel, name: str) -> None:
        self.arrays = {key: jnp.asarray(array) for key, array in model.arrays().items()}
        self.goal = jnp.asarray(goal_vector(model))
        self.name, self.policy_len, self.gamma = name, model.policy_len, model.gamma
        self.use_states_info_gain = model.use_states_info_gain

    def policy_posterior(
        self, belief: Float[Array, "N K"], key: PRNGKeyArray
    ) -> Float[Array, "N policies"]:
        """`q(pi)`: of whole policies where inductive, else of the next action."""
        if self.name == "inductive":
            return self.infer_policies(belief)[0]
        agent = self._agent(policy_len=1)
        search = functools.partial(policy_search(self.name, self.policy_len, self.gamma), agent)
        keys = jax.random.split(key, len(belief))
        with jax.numpy_rank_promotion("allow"):  # pymdp's code is not for the strict mode
            # One by one: under vmap every branch of sophisticated inference would run each time.
            return jax.lax.map(lambda at: search([at[0][None, None]], at[1])[0][0], (belief, keys))

    def infer_policies(
        self, belief: Float[Array, "N K"]
    ) -> tuple[Float[Array, "N policies"], Float[Array, "N policies"]]:
        """`q(pi)` and `neg_efe` of inductive inference; `Agent.infer_policies`."""
        agent = self._agent(self.policy_len, goal=self.goal)
        results = jax.vmap(lambda q: agent.infer_policies([q[None, None]]))(belief)
        return tuple(result[:, 0] for result in results)

    def best_action(self, belief: Float[Array, "N K"]) -> Int[Array, " N"]:
        """First action of the most probable policy; searches that draw do so from a fixed key."""
        q_pi = self.policy_posterior(belief, jax.random.key(0))
        return self._first_action(jnp.argmax(q_pi, axis=-1), q_pi.shape[-1])

    def sampled_action(self, belief: Float[Array, "N K"], key: PRNGKeyArray) -> Int[Array, " N"]:
        """First action of a policy drawn from `q(pi)`."""
        search_key, action_key = jax.random.split(key)
        q_pi = self.policy_posterior(belief, search_key)
        drawn = jax.random.categorical(action_key, log_stable(q_pi), axis=-1)
        return self._first_action(drawn, q_pi.shape[-1])

    def _first_action(self, policy: Int[Array, " N"], num_policies: int) -> Int[Array, " N"]:
        return policy // (num_policies // self.arrays["B"].shape[-1])

    def _agent(self, policy_len: int, goal: Float[Array, " K"] | None = None):
        return build_pymdp_agent(
            self.arrays,
            batch_size=1,
            policy_len=policy_len,
            gamma=self.gamma,
            use_states_info_gain=self.use_states_info_gain,
            goal=goal,
        )


def policy_search(name: str, policy_len: int, gamma: float):
    """The search of pymdp as its `rollout(..., policy_search=...)` takes it.

    Args:
        name: `"sophisticated"` (Friston et al. 2021, "Sophisticated inference") or `"mcts"`.
        policy_len: how deep it looks.
        gamma: precision of the posterior over actions, of sophisticated inference.
    """
    if name == "sophisticated":
        from pymdp.planning.si import si_policy_search

        return si_policy_search(horizon=policy_len, gamma=gamma)
    from pymdp.planning.mcts import mcts_policy_search

    return mcts_policy_search(max_depth=policy_len, num_simulations=NUM_SIMULATIONS)


def build_planner(model: GenerativeModel) -> PolicyTree | PymdpPlanner:
    """The planner that `model.planner` names, or for `"auto"` that fits the model.

    Raises:
        ValueError: its policies would not fit in memory, or it cannot use the model's E.
    """
    name = resolved_planner(model)
    if name in ("sophisticated", "mcts"):
        if model.E is not None:
            raise ValueError(f"planner {name!r} weighs no whole policies, so E must be None")
        return PymdpPlanner(model, name)
    check_policies(model.num_states, model.num_outcomes, model.num_actions, model.policy_len, name)
    return PolicyTree(model) if name == "tree" else PymdpPlanner(model, name)


def resolved_planner(model: GenerativeModel) -> str:
    """The planner's name: `"auto"` is the tree where it sees the goal from everywhere."""
    if model.planner != "auto":
        return model.planner
    return "tree" if steps_to_goal(model) <= model.policy_len else "inductive"


def goal_vector(model: GenerativeModel) -> np.ndarray:
    """`(K,)` float32, H of inductive inference: one-hot on the state that C prefers most."""
    return np.eye(model.num_states, dtype=np.float32)[np.argmax(model.C @ model.A)]


def steps_to_goal(model: GenerativeModel) -> int:
    """The farthest way to the preferred state, in steps that are likelier than `REACHABLE`.

    States without any such way do not count; 0 where nothing is preferred.
    """
    utility = model.C @ model.A
    if np.ptp(utility) == 0:
        return 0
    leads_to = (model.B > REACHABLE).any(axis=-1)
    reached, steps = goal_vector(model) > 0, 0
    while True:
        wider = reached | leads_to[reached].any(axis=0)
        if (wider == reached).all():
            return steps
        reached, steps = wider, steps + 1


def check_policies(
    num_states: int, num_outcomes: int, num_actions: int, policy_len: int, planner: str
) -> None:
    """Raises ValueError when all policies of this length do not fit in memory.

    Searches (`"sophisticated"`, `"mcts"`) do not hold them, and always pass.
    """
    if planner in ("sophisticated", "mcts"):
        return
    per_prefix = 4 * num_states
    per_prefix *= 2 if planner == "inductive" else num_states + num_outcomes + 1
    allowed = 0
    while per_prefix * num_actions ** (allowed + 1) * 1.5 <= MAX_BYTES:
        allowed += 1
    if policy_len > allowed:
        raise ValueError(
            f"policy_len={policy_len} makes {num_actions**policy_len:,} policies of {num_actions} "
            f"actions, more than fit in memory with {num_states} states: take policy_len up to "
            f"{allowed}, with planner='inductive' for goals that are farther away"
        )
