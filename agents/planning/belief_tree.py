"""All policies of a model whose arrays may be traced: beliefs are carried down the tree.

`tree.PolicyTree` computes once what each prefix does to any belief. That pays where many decisions
share a model; where each environment has learned its own, it is less work to carry its one belief.
"""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray
from pymdp.maths import log_stable, stable_xlogx

from ..numpy_maths import first_best


class BeliefTree(eqx.Module):
    """What planning from one belief needs of a model.

    Attributes:
        A: `(O, K)`, modalities one below the other.
        B: `(K, K, U)`.
        value: `(K,)`, what of a step's value is linear in the belief: utility, and ambiguity where
            information about the state has a value.
        novelty: `(K, U)`, nats that an action in a state tells about A and B, or None.
        log_prior: `(policies,)`, log E, or None where all policies are equally likely.
        policy_len, gamma, alpha, use_states_info_gain: as of the model.
    """

    A: Float[Array, "O K"]
    B: Float[Array, "K K U"]
    value: Float[Array, " K"]
    novelty: Float[Array, "K U"] | None
    log_prior: Float[Array, " policies"] | None
    policy_len: int = eqx.field(static=True)
    gamma: float = eqx.field(static=True)
    alpha: float = eqx.field(static=True)
    use_states_info_gain: bool = eqx.field(static=True)

    def __init__(self, joint, A: Array, B: Array, novelty: Array | None = None) -> None:
        """Of a `JointModel` whose A, B and novelty are these instead."""
        self.A, self.B, self.novelty = A, B, novelty
        self.value = jnp.asarray(joint.C) @ A
        if joint.use_states_info_gain:
            self.value = self.value + jnp.asarray(stable_xlogx(A)).sum(axis=0)
        self.log_prior = None if joint.E is None else jnp.asarray(log_stable(jnp.asarray(joint.E)))
        self.policy_len, self.gamma, self.alpha = joint.policy_len, joint.gamma, joint.alpha
        self.use_states_info_gain = joint.use_states_info_gain

    def best_action(self, belief: Float[Array, " K"]) -> Int[Array, ""]:
        """First action of the most probable policy."""
        return first_best(self._backed_up(belief, jnp.max), 0, jnp)

    def sampled_action(self, belief: Float[Array, " K"], key: PRNGKeyArray) -> Int[Array, ""]:
        """First action of a policy drawn from `q(pi)`."""
        weights = self._backed_up(belief, jax.nn.logsumexp, self.alpha)
        return jax.random.categorical(key, weights)

    def step_values(self, belief: Float[Array, " K"]) -> list[Float[Array, " prefixes"]]:
        """For each length what the last step of its prefixes adds to `neg_efe`, nats."""
        num_states, _, num_actions = self.B.shape
        move = self.B.transpose(1, 2, 0).reshape(num_states, num_actions * num_states)
        beliefs, values = belief[None], []
        for _ in range(self.policy_len):
            before, beliefs = beliefs, (beliefs @ move).reshape(-1, num_states)
            step = beliefs @ self.value
            if self.novelty is not None:
                step = step + (before @ self.novelty).reshape(-1)
            if self.use_states_info_gain:
                outcomes = beliefs @ self.A.T
                step = step - (outcomes * log_stable(outcomes)).sum(axis=1)
            values.append(step)
        return values

    def _backed_up(
        self, belief: Float[Array, " K"], over: Callable, precision: float = 1.0
    ) -> Float[Array, " U"]:
        """Log weights of policies, from the leaves to their first actions, joined by `over`."""
        num_actions = self.B.shape[-1]
        beyond = jnp.zeros(1) if self.log_prior is None else precision * self.log_prior
        for place, step in enumerate(reversed(self.step_values(belief))):
            if place:
                beyond = over(beyond.reshape(-1, num_actions), axis=1)
            beyond = precision * self.gamma * step + beyond
        return beyond
