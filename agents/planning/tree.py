"""Expected free energy of every policy at once, over the tree that policies share.

For one hidden-state factor the state predicted after a prefix of actions is a fixed matrix
applied to the belief, and policies with a common prefix share it. A line with 3 actions and
4 steps has 3 + 9 + 27 + 81 prefixes, where 81 policies of 4 steps repeat 324.
"""

import dataclasses
import functools
from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray
from pymdp.maths import log_stable, stable_xlogx

from ..models.generative_model import Model
from ..numpy_maths import log
from .logarithm import log_probability
from .protocol import Explanation, explained


class PolicyTree(eqx.Module):
    """What planning needs of a model, computed once.

    Attributes:
        weights: `(1 + O, P, K)` for the P prefixes, the shorter first: the part of a prefix's value
            that is linear in the belief, then `p(o | s_now, prefix)` of each outcome, which are
            left out where information has no value.
        log_prior: `(policies,)`, log E, or None where all policies are equally likely.
        num_actions, policy_len, gamma, alpha: as of the model.
    """

    weights: Float[Array, "parts P K"]
    log_prior: Float[Array, " policies"] | None
    num_actions: int = eqx.field(static=True)
    policy_len: int = eqx.field(static=True)
    gamma: float = eqx.field(static=True)
    alpha: float = eqx.field(static=True)

    def __init__(self, model: Model) -> None:
        model = model.joint
        A, C = jnp.asarray(model.A), jnp.asarray(model.C)
        reached = _prefix_matrices(jnp.asarray(model.B), model.policy_len)
        parts = (C @ A)[None]
        if model.use_states_info_gain:
            minus_ambiguity = jnp.asarray(stable_xlogx(A)).sum(axis=0, keepdims=True)
            parts = jnp.concatenate([parts + minus_ambiguity, A])
        self.weights = jnp.einsum("ok,pkj->opj", parts, reached)
        self.log_prior = None if model.E is None else jnp.asarray(log_stable(jnp.asarray(model.E)))
        self.num_actions, self.policy_len = model.num_actions, model.policy_len
        self.gamma, self.alpha = model.gamma, model.alpha

    @classmethod
    def num_bytes(
        cls, num_states: int, num_outcomes: int, num_actions: int, policy_len: int
    ) -> float:
        """The prefixes' matrices and weights."""
        per_prefix = 4 * num_states * (num_states + num_outcomes + 1)
        return per_prefix * 1.5 * float(num_actions) ** policy_len

    @classmethod
    def pymdp_goal(cls, model: Model) -> None:
        """None: all policies are weighed, no state is a goal."""

    def best_action(self, belief: Float[Array, "N K"]) -> Int[Array, " N"]:
        """First action of the most probable policy; `Agent.sample_action`, deterministic."""
        return jnp.argmax(_backed_up(self, belief, jnp.max), axis=0)

    def sampled_action(self, belief: Float[Array, "N K"], key: PRNGKeyArray) -> Int[Array, " N"]:
        """First action of a policy drawn from `q(pi)`; `Agent.sample_action`, stochastic."""
        log_probs = _backed_up(self, belief, jax.nn.logsumexp, self.alpha)
        return jax.random.categorical(key, log_probs, axis=0)

    def explain(self, model: Model, beliefs: np.ndarray) -> Explanation:
        """The parts of `neg_efe`, and the posterior over policies."""
        utility, info_gain = neg_efe_parts(model, beliefs)
        posterior = np.asarray(policy_posterior(self, jnp.asarray(utility + info_gain)))
        return explained(utility, info_gain, np.zeros_like(utility), posterior, model.num_actions)

    @property
    def num_multiplications(self) -> int:
        """Of `numpy_best_action` for one belief."""
        return self.weights.size

    def on_host(self) -> "PolicyTree":
        """The tree for `numpy_best_action`, its arrays NumPy's."""
        host = jax.tree.map(np.asarray, self)
        # With the short axis first in memory, sums over states run along the long one.
        by_state = np.ascontiguousarray(host.weights.transpose(2, 0, 1))
        return eqx.tree_at(lambda tree: tree.weights, host, by_state.transpose(1, 2, 0))

    def numpy_best_action(self, belief: np.ndarray) -> np.ndarray:
        """`best_action` in NumPy, of a tree that is `on_host`."""
        parts = np.einsum("opk,nk->opn", self.weights, belief)
        outcomes = parts[1:]
        value = parts[0] - np.add.reduce(outcomes * log(outcomes), axis=0)
        prefixes = _cached_prefixes(self.num_actions, self.policy_len)
        # So few policies are added up sooner than backed up the tree, one length after the other.
        neg_efe = np.add.reduce(value[prefixes], axis=1)
        if self.log_prior is not None:
            neg_efe = self.gamma * neg_efe + self.log_prior[:, None]
        return neg_efe.argmax(axis=0) // (len(prefixes) // self.num_actions)


def _prefix_matrices(B: Float[Array, "K K U"], policy_len: int) -> Float[Array, "P K K"]:
    """`p(s_{t+n} | s_t, prefix)` of all prefixes, by length, then in the order of pymdp."""
    steps = jnp.moveaxis(B, -1, 0)
    levels = [steps]
    for _ in range(policy_len - 1):
        longer = jnp.einsum("ukj,pji->puki", steps, levels[-1])
        levels.append(longer.reshape(-1, *steps.shape[1:]))
    return jnp.concatenate(levels)


def prefix_values(tree: PolicyTree, belief: Float[Array, "N K"]) -> Float[Array, "P N"]:
    """What the last step of each prefix adds to `neg_efe`, in nats."""
    # The batch is the last axis: one matrix product over contiguous memory serves all of it.
    num_parts, num_prefixes, num_states = tree.weights.shape
    products = tree.weights.reshape(-1, num_states) @ belief.T
    value = products[:num_prefixes]
    # Slices of one product, summed one by one, compile into a single pass over it; a sum over an
    # axis takes about a quarter longer.
    for part in range(1, num_parts):
        outcome = products[part * num_prefixes : (part + 1) * num_prefixes]
        value = value - outcome * log_probability(outcome)
    return value


def negative_expected_free_energy(
    tree: PolicyTree, belief: Float[Array, "N K"]
) -> Float[Array, "N policies"]:
    """`neg_efe` of all policies, in the order of pymdp's `Agent.policies`.

    Source: `pymdp.control.compute_neg_efe_policy`: expected utility plus expected information
    gain about the state, summed over the steps of a policy, in nats.
    """
    value = prefix_values(tree, belief)
    last = value[-(tree.num_actions**tree.policy_len) :]
    # A sum over an axis is computed once; added one by one, XLA would compute the logarithms of
    # a prefix anew for each policy that begins with it.
    shorter = policy_prefixes(tree.num_actions, tree.policy_len - 1)
    before = value[shorter].sum(axis=1)
    return (jnp.repeat(before, tree.num_actions, axis=0) + last).T


def policy_prefixes(num_actions: int, policy_len: int) -> Int[np.ndarray, "policies L"]:
    """Place of each policy's prefix of each length among the values of all prefixes."""
    lengths = np.arange(1, policy_len + 1)
    firsts = np.cumsum(num_actions ** np.arange(policy_len)) - 1
    policies = np.arange(num_actions**policy_len)[:, None]
    return firsts + policies // num_actions ** (policy_len - lengths)


_cached_prefixes = functools.lru_cache(maxsize=8)(policy_prefixes)


def policy_posterior(
    tree: PolicyTree, neg_efe: Float[Array, "N policies"]
) -> Float[Array, "N policies"]:
    """`q(pi)`; `Agent.infer_policies`."""
    log_prior = 0.0 if tree.log_prior is None else tree.log_prior[None]
    return jax.nn.softmax(tree.gamma * neg_efe + log_prior, axis=-1)


def _backed_up(
    tree: PolicyTree, belief: Float[Array, "N K"], over: Callable, precision: float = 1.0
) -> Float[Array, "U N"]:
    """Log weights of policies, from the leaves to their first actions, joined by `over`."""
    value = precision * tree.gamma * prefix_values(tree, belief)
    beyond = jnp.zeros((1, 1)) if tree.log_prior is None else precision * tree.log_prior[:, None]
    last = len(value)
    for length in range(tree.policy_len, 0, -1):
        count = tree.num_actions**length
        beyond, last = value[last - count : last] + beyond, last - count
        if length > 1:
            beyond = over(beyond.reshape(-1, tree.num_actions, value.shape[1]), axis=1)
    return beyond


def neg_efe_parts(model: Model, beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Expected utility and information gain of all policies; their sum is the tree's `neg_efe`.

    Args:
        model: A, B, C and the settings of planning.
        beliefs: `(N, K)`, `q(s_t)`.

    Returns:
        Two arrays `(N, policies)`, nats, in the order of pymdp's `Agent.policies`.
    """
    belief, model = jnp.asarray(beliefs, jnp.float32), model.joint
    only_utility = dataclasses.replace(model, use_states_info_gain=False)
    only_info_gain = dataclasses.replace(model, C=np.zeros_like(model.C))
    utility, info_gain = (
        np.asarray(negative_expected_free_energy(PolicyTree(part), belief))
        for part in (only_utility, only_info_gain)
    )
    return utility, info_gain
