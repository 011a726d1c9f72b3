"""One decision as pure functions on arrays: encode, infer the state, plan, act, predict."""

import contextlib
import functools
import os
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, PRNGKeyArray
from pymdp.maths import log_stable

from ..encoders.protocol import Encoder, encode
from ..models import filtering as inference
from ..models.generative_model import GenerativeModel
from ..planning.choose import build_planner
from ..planning.protocol import Planner
from .modalities import likelihood_by_modality, where_seen


class AgentCore(eqx.Module):
    """All arrays that one decision needs, as one pytree."""

    encoder: Encoder
    A: Float[Array, "O K"]
    B: Float[Array, "K K U"]
    D: Float[Array, " K"]
    log_usage: Float[Array, " K"] | None
    planner: Planner
    # O of each modality; None where one encoder is fed as the tutorial does.
    outcomes: tuple[int, ...] | None = eqx.field(static=True)

    def __init__(self, encoder: Encoder, model: GenerativeModel, usage: np.ndarray | None) -> None:
        self.encoder, joint = in_single_precision(encoder), model.joint
        self.A, self.B, self.D = (jnp.asarray(array) for array in (joint.A, joint.B, joint.D))
        self.outcomes = joint.num_outcomes_by_modality if model.has_lists else None
        self.log_usage = None if usage is None else jnp.asarray(log_stable(jnp.asarray(usage)))
        self.planner = build_planner(model)

    def tables(self) -> list[Float[Array, "O_m K"]]:
        """A of each modality."""
        counts = self.outcomes or ()
        return [self.A[last - count : last] for count, last in zip(counts, np.cumsum(counts))]


def log_likelihood(
    core: AgentCore, observations: Any, seen: Bool[Array, "N M"] | None = None
) -> Float[Array, "N K"]:
    """`log p(x | s)` up to a constant per observation, as the agent is fed; 0 where not `seen`.

    With `usage` the scaled likelihood, else the tutorial's categorical observation through A; of
    several modalities the sum of theirs.
    """
    if core.outcomes is not None:
        logits = core.encoder.logits(observations)
        first, *others = where_seen(likelihood_by_modality(logits, core.tables()), seen)
        return sum(others, first)
    return where_seen([_log_likelihood(core, observations)], seen)[0]


def _log_likelihood(core: AgentCore, observations) -> Float[Array, "N K"]:
    """Of all observations of a single encoder."""
    if core.log_usage is None:
        return inference.state_log_likelihood(encode(core.encoder, observations), core.A)
    # Logits do: their normalisation is the same for all states.
    return core.encoder.logits(observations) - core.log_usage[None]


def infer_states(
    core: AgentCore,
    observations: Any,
    prior: Float[Array, "N K"],
    seen: Bool[Array, "N M"] | None = None,
) -> Float[Array, "N K"]:
    """Posterior belief after one observation; the prior where it was not `seen`."""
    return inference.update_belief(log_likelihood(core, observations, seen), prior)


def assess(
    core: AgentCore, observations, prior: Float[Array, "N K"], seen: Bool[Array, "N M"] | None
) -> tuple[Array, Array]:
    """Posterior beliefs and log likelihoods `(N, K)` after one observation."""
    found = log_likelihood(core, observations, seen)
    return inference.update_belief(found, prior), found


def decide(
    core: AgentCore,
    observations: Any,
    prior: Float[Array, "N K"],
    key: PRNGKeyArray | None,
    seen: Bool[Array, "N M"] | None = None,
) -> tuple[Array, Array, Array]:
    """One decision for each of N environments.

    Args:
        core: the agent.
        observations: `(N, D)`.
        prior: `(N, K)`, `p(s_t | past)`.
        key: draws the policy; `None` takes the most probable one.
        seen: `(N, M)`, where there is an observation of each modality; without any the prior
            decides. None: everywhere.

    Returns:
        Actions `(N,)`, posterior beliefs `(N, K)`, and the priors `(N, K)` of the next step.
    """
    belief = infer_states(core, observations, prior, seen)
    if key is None:
        action = core.planner.best_action(belief)
    else:
        action = core.planner.sampled_action(belief, key)
    return action, belief, inference.predict_belief(belief, action, core.B)


def in_single_precision(encoder: Encoder) -> Encoder:
    """The encoder with float32 in place of float64, which it has if made with `enable_x64`."""

    def cast(leaf):
        is_double = eqx.is_array(leaf) and leaf.dtype == np.float64
        return jnp.asarray(np.asarray(leaf, np.float32)) if is_double else leaf

    return jax.tree.map(cast, encoder)


def split_core(core: eqx.Module) -> tuple[tuple, tuple]:
    """The arrays of a core, and the rest of it, which is hashable."""
    leaves, structure = jax.tree.flatten(core)
    arrays = tuple(leaf if eqx.is_array(leaf) else None for leaf in leaves)
    rest = tuple(None if eqx.is_array(leaf) else leaf for leaf in leaves)
    return arrays, (structure, rest)


@functools.lru_cache(maxsize=64)
def compiled(function: Callable, static: tuple, *fixed) -> Callable:
    """`function(core, *fixed, ...)` on the arrays of a core, with `fixed` known when it compiles.

    Agents of one structure share the compiled code.

    A plain tuple of arrays is what `jax.jit` dispatches fastest: a module as an argument would
    cost more than the decision itself.
    """
    structure, rest = static

    def on_arrays(arrays: tuple, *arguments):
        leaves = [array if other is None else other for array, other in zip(arrays, rest)]
        return function(jax.tree.unflatten(structure, leaves), *fixed, *arguments)

    jitted = jax.jit(on_arrays)

    @functools.wraps(jitted)
    def run(*arguments):
        check_process()
        with single_precision():
            return jitted(*arguments)

    return run


def single_precision() -> contextlib.AbstractContextManager:
    """Context in which JAX makes float32 and int32, as all of ours is, also with `enable_x64`."""
    return jax.enable_x64(False) if jax.config.read("jax_enable_x64") else contextlib.nullcontext()


def in_float32(function: Callable) -> Callable:
    """A function that makes float32 and int32, also with `enable_x64`."""

    @functools.wraps(function)
    def run(*arguments, **named):
        with single_precision():
            return function(*arguments, **named)

    return run


def check_process() -> None:
    """Raises RuntimeError in a process that was forked after JAX had started in its parent.

    JAX's threads are not forked, and compiled code would wait for them for ever.
    """
    if _HOME.setdefault("pid", os.getpid()) != os.getpid():
        raise RuntimeError(
            "this process was forked from one in which agents had been made, so that compiled code "
            "would hang: start it with multiprocessing.get_context('spawn') or 'forkserver'"
        )


# The process in which compiled code was first made.
_HOME: dict[str, int] = {}
