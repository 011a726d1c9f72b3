"""Decisions for a few observations, in NumPy: calling compiled code costs more than deciding.

The operations are those of `decision.decide`, on the arrays of the same core.
"""

from typing import Any

import equinox as eqx
import jax
import numpy as np
from jaxtyping import PRNGKeyArray
from numpy.typing import ArrayLike

from ..encoders.protocol import MIN_PROBABILITY
from ..numpy_maths import log, softmax
from .decision import AgentCore, compiled, decide, split_core
from .modalities import numpy_log_likelihood
from .padding import on_padded

# With more multiplications than this per call, compiled code on all cores catches up.
MAX_MULTIPLICATIONS = 150_000


class Decider:
    """`decide` of one agent: in NumPy or compiled, whichever takes less time.

    Attributes:
        arrays, static: the core, split as `compiled` functions take it.
        compiled: takes the arrays of the core, then the same arguments.
        small_batch: the largest number of environments for NumPy; 0 where encoder or planner
            cannot do without compiled code.
    """

    def __init__(self, core: AgentCore) -> None:
        self.arrays, self.static = split_core(core)
        self.compiled = compiled(decide, self.static)
        self.small_batch = 0
        encoder: Any = core.encoder
        planner: Any = core.planner
        if can_do_without(encoder, "numpy_logits") and can_do_without(planner, "numpy_best_action"):
            self._core = on_host(core)
            cost = encoder.num_multiplications + planner.num_multiplications
            self.small_batch = MAX_MULTIPLICATIONS // cost

    def __call__(
        self,
        observations: Any,
        prior: np.ndarray,
        key: PRNGKeyArray | None,
        seen: np.ndarray | None = None,
    ) -> tuple[ArrayLike, ArrayLike, ArrayLike]:
        """Actions, posterior beliefs and next priors; see `decide`."""
        if key is None and len(prior) <= self.small_batch:
            return decide_small(self._core, observations, prior, seen)
        return on_padded(
            lambda *rows: self.compiled(self.arrays, rows[0], rows[1], key, rows[2]),
            len(prior),
            observations,
            prior,
            seen,
        )


def can_do_without(module: Any, method: str) -> bool:
    """Whether an encoder or planner can do without compiled code, by its method in NumPy."""
    return hasattr(module, method) and getattr(module, "all_in_numpy", True)


def on_host(core: AgentCore) -> Any:
    """A core whose arrays are NumPy's, and whose planner and encoder decide in NumPy."""
    planner: Any = core.planner
    return eqx.tree_at(lambda c: c.planner, in_numpy(core), planner.on_host())


def in_numpy(tree: Any) -> Any:
    """A tree whose arrays are NumPy's."""
    return jax.tree.map(
        lambda leaf: np.asarray(leaf) if isinstance(leaf, jax.Array) else leaf, tree
    )


@np.errstate(over="ignore", invalid="ignore")  # as compiled code does
def decide_small(
    core: Any, observations: np.ndarray, prior: np.ndarray, seen: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One deterministic decision for each of a few environments; see `decision.decide`.

    Args:
        core: the agent as `on_host` gives it.
        observations: `(N, D)` float32.
        prior: `(N, K)` float32, `p(s_t | past)`.
        seen: `(N, M)` bool, where there is an observation of each modality; None: everywhere.

    Returns:
        Actions `(N,)` int64, posterior beliefs `(N, K)`, and the priors `(N, K)` of the next step.
    """
    # Of the class: a method of an equinox module is itself a module, which takes time to make.
    logits = type(core.encoder).numpy_logits(core.encoder, observations)
    if core.outcomes is not None:
        log_likelihood = numpy_log_likelihood(logits, core.A, core.outcomes, seen)
    elif core.log_usage is None:
        outcome = np.maximum(softmax(logits), MIN_PROBABILITY)
        outcome /= np.add.reduce(outcome, axis=1, keepdims=True)
        log_likelihood = outcome @ log(core.A)
    else:
        log_likelihood = logits - core.log_usage
    if seen is not None and core.outcomes is None:
        log_likelihood = np.where(seen, log_likelihood, np.float32(0))
    belief = softmax(log_likelihood + log(prior))
    action = type(core.planner).numpy_best_action(core.planner, belief)
    by_action = core.B.transpose(2, 0, 1)[action]
    return action, belief, (by_action @ belief[:, :, None])[:, :, 0]
