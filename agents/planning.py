"""Expected free energy of every policy at once, over the tree that policies share.

For one hidden-state factor the state predicted after a prefix of actions is a fixed matrix
applied to the belief, and policies with a common prefix share it. A line with 3 actions and
4 steps has 3 + 9 + 27 + 81 prefixes, where 81 policies of 4 steps repeat 324.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray
from pymdp.maths import log_stable, stable_xlogx

from .generative_model import GenerativeModel


class PolicyTree(eqx.Module):
    """What planning needs of a model, computed once.

    Attributes:
        outcome_given_state: `(P, O, K)`, `p(o | s_now, prefix)` for the P prefixes, the shorter
            first; without information gain a zero-length first axis.
        value_given_state: `(P, K)`, the part of a prefix's value that is linear in the belief.
        num_actions: U.
        policy_len: length of a policy.
        gamma: precision of the posterior over policies.
    """

    outcome_given_state: Float[Array, "P O K"]
    value_given_state: Float[Array, "P K"]
    num_actions: int = eqx.field(static=True)
    policy_len: int = eqx.field(static=True)
    gamma: float = eqx.field(static=True)

    def __init__(self, model: GenerativeModel) -> None:
        A, C = jnp.asarray(model.A), jnp.asarray(model.C)
        reached = _prefix_matrices(jnp.asarray(model.B), model.policy_len)
        value = C @ A
        if model.use_states_info_gain:
            value = value + stable_xlogx(A).sum(axis=0)  # minus the ambiguity
            self.outcome_given_state = jnp.einsum("ok,pkj->poj", A, reached)
        else:
            self.outcome_given_state = jnp.zeros((0, *A.shape))
        self.value_given_state = jnp.einsum("k,pkj->pj", value, reached)
        self.num_actions, self.policy_len = model.num_actions, model.policy_len
        self.gamma = model.gamma


def _prefix_matrices(B: Float[Array, "K K U"], policy_len: int) -> Float[Array, "P K K"]:
    """`p(s_{t+n} | s_t, prefix)` of all prefixes, by length, then in the order of pymdp."""
    steps = jnp.moveaxis(B, -1, 0)
    levels = [steps]
    for _ in range(policy_len - 1):
        longer = jnp.einsum("ukj,pji->puki", steps, levels[-1])
        levels.append(longer.reshape(-1, *steps.shape[1:]))
    return jnp.concatenate(levels)


def negative_expected_free_energy(
    tree: PolicyTree, belief: Float[Array, "N K"]
) -> Float[Array, "N policies"]:
    """`neg_efe` of all policies, in the order of pymdp's `Agent.policies`.

    Source: `pymdp.control.compute_neg_efe_policy`: expected utility plus expected information
    gain about the state, summed over the steps of a policy, in nats.
    """
    # The batch is the last axis: one matrix product over contiguous memory serves all of it.
    columns = belief.T
    value = tree.value_given_state @ columns
    if tree.outcome_given_state.shape[0]:
        outcome = jnp.einsum("pok,kn->pon", tree.outcome_given_state, columns)
        value = value - stable_xlogx(outcome).sum(axis=1)
    return _sum_along_policies(tree, value).T


def _sum_along_policies(tree: PolicyTree, value: Float[Array, "P N"]) -> Float[Array, "policies N"]:
    total, first = jnp.zeros((1, value.shape[1])), 0
    for length in range(1, tree.policy_len + 1):
        count = tree.num_actions**length
        total = jnp.repeat(total, tree.num_actions, axis=0) + value[first : first + count]
        first += count
    return total


def policy_posterior(
    tree: PolicyTree, neg_efe: Float[Array, "N policies"]
) -> Float[Array, "N policies"]:
    """`q(pi)` under a uniform prior over policies; `Agent.infer_policies`."""
    return jax.nn.softmax(tree.gamma * neg_efe, axis=-1)


def first_action(tree: PolicyTree, policy: Int[Array, " N"]) -> Int[Array, " N"]:
    """First action of each policy, given by its place in pymdp's order."""
    return policy // tree.num_actions ** (tree.policy_len - 1)


def best_action(tree: PolicyTree, q_pi: Float[Array, "N policies"]) -> Int[Array, " N"]:
    """First action of the most probable policy; `Agent.sample_action`, deterministic."""
    return first_action(tree, jnp.argmax(q_pi, axis=-1))


def sampled_action(
    tree: PolicyTree, q_pi: Float[Array, "N policies"], key: PRNGKeyArray
) -> Int[Array, " N"]:
    """First action of a policy drawn from `q(pi)`; `Agent.sample_action`, stochastic."""
    return first_action(tree, jax.random.categorical(key, log_stable(q_pi), axis=-1))
