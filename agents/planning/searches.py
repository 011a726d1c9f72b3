"""Pymdp's searches behind the interface of the tree: sophisticated inference and MCTS."""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray
from pymdp.maths import log_stable

from ..models.generative_model import Model
from ..models.pymdp_agent import build_agent
from .protocol import Explanation, explained
from .tree import neg_efe_parts
from .without_policies import WithoutPolicies, refuse_prior

# Of mcts: more than three actions need at the depths that policy_len usually has.
NUM_SIMULATIONS = 512


class SearchPlanner(WithoutPolicies):
    """One of pymdp's searches, on one belief after the other; a subclass says which.

    Attributes:
        arrays: lists A, B, C, D of one factor.
        policy_len: depth of the search.
        gamma: precision of the posterior over policies.
        num_actions: U.
        settings: of the pymdp `Agent`, names and values.
    """

    arrays: dict[str, list[Array] | Array | None]
    policy_len: int = eqx.field(static=True)
    gamma: float = eqx.field(static=True)
    num_actions: int = eqx.field(static=True)
    settings: tuple[tuple[str, object], ...] = eqx.field(static=True)

    def __init__(self, model: Model) -> None:
        refuse_prior(model, model.planner)
        self.arrays = jax.tree.map(jnp.asarray, model.joint.pymdp_arrays())
        self.policy_len, self.gamma = model.policy_len, model.gamma
        self.num_actions = model.joint.num_actions
        self.settings = tuple((model.joint.pymdp_settings() | {"policy_len": 1}).items())

    def search(self) -> Callable:
        """What pymdp's `rollout(..., policy_search=...)` takes."""
        raise NotImplementedError

    def policy_posterior(
        self, belief: Float[Array, "N K"], key: PRNGKeyArray
    ) -> Float[Array, "N U"]:
        """The search's posterior over the next action."""
        agent = build_agent(self.arrays, 1, **dict(self.settings))
        search, keys = self.search(), jax.random.split(key, len(belief))
        with jax.numpy_rank_promotion("allow"):  # pymdp's code is not for the strict mode
            # One by one: under vmap every branch of sophisticated inference would run each time.
            return jax.lax.map(
                lambda at: search(agent, [at[0][None, None]], at[1])[0][0], (belief, keys)
            )

    def best_action(self, belief: Float[Array, "N K"]) -> Int[Array, " N"]:
        """The most probable action; searches that draw do so from a fixed key."""
        return jnp.argmax(self.policy_posterior(belief, jax.random.key(0)), axis=-1)

    def sampled_action(self, belief: Float[Array, "N K"], key: PRNGKeyArray) -> Int[Array, " N"]:
        """An action drawn from the search's posterior."""
        search_key, action_key = jax.random.split(key)
        log_probs = log_stable(self.policy_posterior(belief, search_key))
        return jax.random.categorical(action_key, log_probs, axis=-1)

    def explain(self, model: Model, beliefs: np.ndarray) -> Explanation:
        """The search's own `action_probs`; the rest is what policies look like without it."""
        utility, info_gain, _ = neg_efe_parts(model, beliefs)
        belief = jnp.asarray(beliefs, jnp.float32)
        posterior = np.asarray(self.policy_posterior(belief, jax.random.key(0)))
        nothing = np.zeros_like(utility)
        return explained(utility, info_gain, nothing, posterior, model.num_actions)


class SophisticatedPlanner(SearchPlanner):
    """Sophisticated inference (Friston et al. 2021, "Sophisticated inference"), exhaustive."""

    def search(self) -> Callable:
        """`pymdp.planning.si`."""
        from pymdp.planning.si import si_policy_search

        # Room for a child per action; pymdp's own default fails with more than ten actions.
        width = max(10, self.num_actions)
        return si_policy_search(horizon=self.policy_len, max_branching=width, gamma=self.gamma)


class MctsPlanner(SearchPlanner):
    """Monte Carlo tree search, `NUM_SIMULATIONS` simulations a decision."""

    def search(self) -> Callable:
        """`pymdp.planning.mcts`."""
        from pymdp.planning.mcts import mcts_policy_search

        return mcts_policy_search(max_depth=self.policy_len, num_simulations=NUM_SIMULATIONS)
