"""Decisions for a few observations, in NumPy: calling compiled code costs more than deciding.

The operations are those of `decision.decide`, on the arrays of the same core.
"""

import functools

import equinox as eqx
import jax
import numpy as np
from jaxtyping import PRNGKeyArray
from numpy.typing import ArrayLike
from pymdp.maths import MINVAL

from ..encoders.mlp import MIN_PROBABILITY, ObservationEncoder
from ..planning.tree import PolicyTree, policy_prefixes
from .decision import AgentCore, compiled, decide, split_core

# With more multiplications than this per call, compiled code on all cores catches up.
MAX_MULTIPLICATIONS = 150_000
SMALLEST = np.float32(MINVAL)
_policy_prefixes = functools.lru_cache(maxsize=8)(policy_prefixes)


class Decider:
    """`decide` of one agent: in NumPy or compiled, whichever takes less time.

    Attributes:
        arrays, static: the core, split as `compiled` functions take it.
        compiled: takes the arrays of the core, then the same arguments.
        small_batch: the largest number of environments for NumPy; 0 where another planner than
            the tree decides.
    """

    def __init__(self, core: AgentCore) -> None:
        self.arrays, self.static = split_core(core)
        self.compiled = compiled(decide, self.static)
        self.small_batch = 0
        if isinstance(core.planner, PolicyTree):
            self._core = on_host(core)
            encoding = sum(layer.weight.size for layer in core.encoder.mlp.layers)
            self.small_batch = MAX_MULTIPLICATIONS // (encoding + core.planner.weights.size)

    def __call__(
        self, observations: np.ndarray, prior: np.ndarray, key: PRNGKeyArray | None
    ) -> tuple[ArrayLike, ArrayLike, ArrayLike]:
        """Actions, posterior beliefs and next priors; see `decide`."""
        if key is None and len(observations) <= self.small_batch:
            return decide_small(self._core, observations, prior)
        return self.compiled(self.arrays, observations, prior, key)


def on_host(core: AgentCore) -> AgentCore:
    """A core that plans over the tree, its arrays NumPy's."""
    host = jax.tree.map(
        lambda leaf: np.asarray(leaf) if isinstance(leaf, jax.Array) else leaf, core
    )
    # With the short axis first in memory, sums over states run along the long one.
    by_state = np.ascontiguousarray(host.planner.weights.transpose(2, 0, 1))
    return eqx.tree_at(lambda c: c.planner.weights, host, by_state.transpose(1, 2, 0))


@np.errstate(over="ignore", invalid="ignore")  # as compiled code does
def decide_small(
    core: AgentCore, observations: np.ndarray, prior: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One deterministic decision for each of a few environments; see `decision.decide`.

    Args:
        core: the agent, its arrays NumPy's.
        observations: `(N, D)` float32.
        prior: `(N, K)` float32, `p(s_t | past)`.

    Returns:
        Actions `(N,)` int64, posterior beliefs `(N, K)`, and the priors `(N, K)` of the next step.
    """
    logits = _logits(core.encoder, observations)
    if core.log_usage is None:
        outcome = np.maximum(_softmax(logits), MIN_PROBABILITY)
        outcome /= np.add.reduce(outcome, axis=1, keepdims=True)
        log_likelihood = outcome @ _log(core.A)
    else:
        log_likelihood = logits - core.log_usage
    belief = _softmax(log_likelihood + _log(prior))
    action = _best_action(core.planner, belief)
    by_action = core.B.transpose(2, 0, 1)[action]
    return action, belief, (by_action @ belief[:, :, None])[:, :, 0]


def _logits(encoder: ObservationEncoder, observations: np.ndarray) -> np.ndarray:
    hidden = (observations - encoder.input_shift) / encoder.input_scale
    *layers, last = encoder.mlp.layers
    for layer in layers:
        hidden = np.tanh(_linear(layer, hidden))
    logits = _linear(last, hidden) / np.float32(encoder.temperature)
    if encoder.merge is None:
        return logits
    return np.log(np.maximum(_softmax(logits) @ encoder.merge, MIN_PROBABILITY))


def _linear(layer: eqx.nn.Linear, inputs: np.ndarray) -> np.ndarray:
    # A matrix product would start BLAS's threads, which wait for each other on a busy machine.
    return np.vecdot(layer.weight, inputs[:, None]) + layer.bias


def _best_action(tree: PolicyTree, belief: np.ndarray) -> np.ndarray:
    parts = np.einsum("opk,nk->opn", tree.weights, belief)
    outcomes = parts[1:]
    value = parts[0] - np.add.reduce(outcomes * _log(outcomes), axis=0)
    prefixes = _policy_prefixes(tree.num_actions, tree.policy_len)
    # So few policies are added up sooner than backed up the tree, one length after the other.
    neg_efe = np.add.reduce(value[prefixes], axis=1)
    if tree.log_prior is not None:
        neg_efe = tree.gamma * neg_efe + tree.log_prior[:, None]
    return neg_efe.argmax(axis=0) // (len(prefixes) // tree.num_actions)


def _softmax(logits: np.ndarray) -> np.ndarray:
    weights = np.exp(logits - np.maximum.reduce(logits, axis=1, keepdims=True))
    return weights / np.add.reduce(weights, axis=1, keepdims=True)


def _log(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities, SMALLEST))
