"""Expected free energy of every policy at once, over the prefixes that policies share.

The state predicted after a prefix of actions is a fixed matrix applied to the belief, and policies
with a common prefix share it. A line with 3 actions and 4 steps has 3 + 9 + 27 + 81 prefixes, where
81 policies of 4 steps repeat 324; prefixes that are alike are one besides.
"""

import dataclasses
import math
from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray
from pymdp.maths import log_stable, stable_xlogx

from ..models.generative_model import Model
from ..numpy_maths import first_best, log
from .logarithm import log_probability
from .prefixes import Prefixes, different_prefixes, shared_rows
from .protocol import Explanation, explained


class PolicyTree(eqx.Module):
    """What planning needs of a model, computed once.

    Attributes:
        weights: `(Q + R, K)`: of each of the Q prefixes that differ the part of its value that is
            linear in the belief, then R distributions `p(o | s_now, prefix)` of an outcome, which
            are left out where information has no value.
        uses: `(Q, R)`, how often a prefix has each of these; None: all have O of their own.
        log_prior: `(policies,)`, log E, or None where all policies are equally likely.
        prefixes: which prefixes are the same.
        num_actions, policy_len, gamma, alpha: as of the model.
    """

    weighs_novelty = True
    weights: Float[Array, "rows K"]
    uses: Float[Array, "Q R"] | None
    log_prior: Float[Array, " policies"] | None
    prefixes: Prefixes = eqx.field(static=True)
    num_actions: int = eqx.field(static=True)
    policy_len: int = eqx.field(static=True)
    gamma: float = eqx.field(static=True)
    alpha: float = eqx.field(static=True)

    def __init__(self, model: Model, at_most: float = math.inf) -> None:
        model = model.joint
        A, C = jnp.asarray(model.A), jnp.asarray(model.C)
        found = different_prefixes(model.B, model.policy_len, at_most, model.novelty)
        self.prefixes, reached, learned = found
        parts = (C @ A)[None]
        if model.use_states_info_gain:
            minus_ambiguity = jnp.asarray(stable_xlogx(A)).sum(axis=0, keepdims=True)
            parts = jnp.concatenate([parts + minus_ambiguity, A])
        weights = jnp.einsum("ok,pkj->opj", parts, jnp.asarray(reached))
        rows, uses = shared_rows(np.asarray(weights[1:]))
        linear = weights[0] if learned is None else weights[0] + jnp.asarray(learned)
        self.weights = jnp.concatenate([linear, jnp.asarray(rows)])
        self.uses = None if uses is None else jnp.asarray(uses)
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
        return first_best(_backed_up(self, belief, jnp.max), 0, jnp)

    def sampled_action(self, belief: Float[Array, "N K"], key: PRNGKeyArray) -> Int[Array, " N"]:
        """First action of a policy drawn from `q(pi)`; `Agent.sample_action`, stochastic."""
        log_probs = _backed_up(self, belief, jax.nn.logsumexp, self.alpha)
        return jax.random.categorical(key, log_probs, axis=0)

    def explain(self, model: Model, beliefs: np.ndarray) -> Explanation:
        """The parts of `neg_efe`, and the posterior over policies."""
        utility, of_state, of_model = neg_efe_parts(model, beliefs)
        info_gain = of_state + of_model
        posterior = np.asarray(policy_posterior(self, jnp.asarray(utility + info_gain)))
        return explained(utility, info_gain, np.zeros_like(utility), posterior, model.num_actions)

    @property
    def num_multiplications(self) -> int:
        """Of `numpy_best_action` for one belief."""
        return self.weights.size if self.uses is None else self.weights.size + self.uses.size

    def on_host(self) -> "PolicyTree":
        """The tree for `numpy_best_action`, its arrays NumPy's."""
        host = jax.tree.map(np.asarray, self)
        # With the short axis first in memory, sums over states run along the long one.
        return eqx.tree_at(lambda tree: tree.weights, host, np.ascontiguousarray(host.weights.T).T)

    def numpy_best_action(self, belief: np.ndarray) -> np.ndarray:
        """`best_action` in NumPy, of a tree that is `on_host`."""
        products = np.einsum("rk,nk->rn", self.weights, belief)
        count = self.prefixes.num_different
        value, outcomes = products[:count], products[count:] * log(products[count:])
        if self.uses is None:
            value = value - np.add.reduce(outcomes.reshape(-1, count, len(belief)), axis=0)
        else:
            value = value - np.einsum("qr,rn->qn", self.uses, outcomes)
        if self.log_prior is None:
            return first_best(_best_of_nodes(self, value, np.maximum.reduce), 0)
        nodes = self.prefixes.of_policies
        neg_efe = self.gamma * np.add.reduce(value[nodes], axis=1) + self.log_prior[:, None]
        return first_best(neg_efe, 0) // (len(nodes) // self.num_actions)


def prefix_values(tree: PolicyTree, belief: Float[Array, "N K"]) -> Float[Array, "Q N"]:
    """What the last step of each prefix adds to `neg_efe`, in nats."""
    # The batch is the last axis: one matrix product over contiguous memory serves all of it.
    products, count = tree.weights @ belief.T, tree.prefixes.num_different
    value = products[:count]
    if tree.uses is not None:
        outcomes = products[count:]
        return value - tree.uses @ (outcomes * log_probability(outcomes))
    # Slices of one product, summed one by one, compile into a single pass over it; a sum over an
    # axis takes about a quarter longer.
    for first in range(count, len(products), count):
        outcome = products[first : first + count]
        value = value - outcome * log_probability(outcome)
    return value


def negative_expected_free_energy(
    tree: PolicyTree, belief: Float[Array, "N K"]
) -> Float[Array, "N policies"]:
    """`neg_efe` of all policies, nats, in the order of pymdp's `Agent.policies`.

    Source: `pymdp.control.compute_neg_efe_policy`: utility and information gain of all steps.
    """
    value = prefix_values(tree, belief)
    nodes = tree.prefixes.of_policies
    # A sum over an axis is computed once; added one by one, XLA would compute the logarithms of
    # a prefix anew for each policy that begins with it.
    before = value[nodes[:: tree.num_actions, :-1]].sum(axis=1)
    return (jnp.repeat(before, tree.num_actions, axis=0) + value[nodes[:, -1]]).T


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
    if tree.log_prior is None and not tree.prefixes.is_tree:
        return _best_of_nodes(tree, value, over)
    if not tree.prefixes.is_tree:
        value = value[np.concatenate(tree.prefixes.by_length)]
    beyond = jnp.zeros((1, 1)) if tree.log_prior is None else precision * tree.log_prior[:, None]
    last = len(value)
    for length in range(tree.policy_len, 0, -1):
        count = tree.num_actions**length
        beyond, last = value[last - count : last] + beyond, last - count
        if length > 1:
            beyond = over(beyond.reshape(-1, tree.num_actions, value.shape[1]), axis=1)
    return beyond


def _best_of_nodes(tree: PolicyTree, value, over: Callable):
    """`_backed_up` where prefixes are shared: what follows them is computed once. NumPy or JAX."""
    levels, children = tree.prefixes.levels, tree.prefixes.children
    beyond = value[levels[-1]]
    for nodes, following in zip(levels[-2::-1], children[:0:-1]):
        beyond = value[nodes] + over(beyond[following], axis=1)
    return beyond[children[0][0]]


def neg_efe_parts(model: Model, beliefs: np.ndarray) -> tuple[np.ndarray, ...]:
    """What speaks for all policies; the sum of the three is the tree's `neg_efe`.

    Of beliefs `(N, K)` three arrays `(N, policies)`, nats, in the order of pymdp's
    `Agent.policies`: expected utility, and information gain about the state and about A and B.
    """
    belief, model = jnp.asarray(beliefs, jnp.float32), model.joint
    nothing = {"C": np.zeros_like(model.C), "use_states_info_gain": False, "novelty": None}
    only = [dataclasses.replace(model, **nothing | {n: getattr(model, n)}) for n in nothing]
    return tuple(
        np.asarray(negative_expected_free_energy(PolicyTree(part), belief)) for part in only
    )
