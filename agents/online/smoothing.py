"""Inference and smoothing in one environment, without a history.

`phi[s] = E[counts of this episode | s_t = s]` is carried forward by the recursion of online
expectation maximisation (Cappé 2011, "Online EM algorithm for hidden Markov models"). With the
belief about the last state it gives the counts that the forward and the backward recursion over the
whole episode would give.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ..encoders.protocol import MIN_PROBABILITY
from ..models.filtering import update_belief
from ..models.flattening import joint_actions
from ..numpy_maths import SMALLEST
from .core import LearningCore, Memory, Tables

# The smallest probability whose inverse is still harmless in float32.
TINY = 1e-30


def evidence(
    core: LearningCore, logits: Any, A: Sequence[Any], valid: Any, xp: Any = jnp
) -> tuple[Any, list[Any]]:
    """`log p(x | s)` up to a constant `(K,)`, and per modality `p(o | x, s)` `(O_m, K)`.

    Args:
        core: how it is fed.
        logits: `(O,)`, the encoder's.
        A: per modality `(O_m, K)`, as it is believed.
        valid: which modalities were seen; the others say nothing about the state.
        xp: `numpy`, where they are NumPy's arrays.
    """
    nothing = xp.float32(0)
    if not core.by_modality:
        probs = _normalised(xp.exp(logits - logits.max()))
        if core.log_usage is None:
            probs = _normalised(xp.maximum(probs, xp.float32(MIN_PROBABILITY)))
            found = probs @ _log(A[0], xp)
        else:
            found = logits - core.log_usage
        return xp.where(valid[0], found, nothing), [probs[:, None]]
    found, told, first = nothing, [], 0
    for table, is_valid in zip(A, valid):
        part = logits[first : first + len(table)]
        joint = table * xp.exp(part - part.max())[:, None]
        total = joint.sum(axis=0, keepdims=True)
        found = found + xp.where(is_valid, _log(total[0], xp), nothing)
        told.append(joint / xp.maximum(total, TINY))
        first += len(table)
    return found, told


def _normalised(weights: Any) -> Any:
    return weights / weights.sum()


def _log(probabilities: Any, xp: Any) -> Any:
    """With pymdp's floor, so that the logarithm of 0 is finite."""
    return xp.log(xp.maximum(probabilities, SMALLEST))


class Inferred(NamedTuple):
    """Prior, likelihood and posterior of one step, `p(s_{t-1} | s_t)` and `p(o | x, s)`."""

    prior: Float[Array, " K"]
    log_likelihood: Float[Array, " K"]
    belief: Float[Array, " K"]
    back: Float[Array, "K K"]
    told: list[Float[Array, "O_m _"]]


def infer(core: LearningCore, memory: Memory, tables: Tables, logits, start, valid) -> Inferred:
    """The belief after an observation; the prior where no modality is valid."""
    move = tables.B[:, :, memory.action]
    predicted = move @ memory.belief
    prior = jnp.where(start, tables.D, predicted)
    found, told = evidence(core, logits, tables.A, valid)
    back = move * memory.belief[None] / jnp.maximum(predicted, TINY)[:, None]
    # What the model holds impossible has happened: the past is then what it was believed to be.
    back = jnp.where((predicted > SMALLEST)[:, None], back, memory.belief[None])
    return Inferred(prior, found, update_belief(found, prior), back, told)


def smoothed_counts(core: LearningCore, memory: Memory, at: Inferred, start, valid) -> Array:
    """`phi` after an observation: `(K, n)`. Modalities that are not valid add nothing."""
    carried = jnp.where(start, 0.0, at.back @ memory.phi)
    picks, new = core.picks, []
    by_factor = jnp.asarray(joint_actions(core.num_controls))[memory.action]
    for part in core.parts:
        place = part.place
        if part.letter == "A":
            counts = at.told[place].T[:, :, None] * picks["A"][place][:, None]
            counts = jnp.where(valid[place], counts, 0.0)
        elif part.letter == "B":
            action = jax.nn.one_hot(by_factor[place], core.num_controls[place])
            came_from = at.back @ picks["B"][place]
            counts = picks["D"][place][:, :, None] * came_from[:, None]
            counts = (
                counts[..., None] * jnp.where(start | ~valid.any(), 0.0, action)[None, None, None]
            )
        else:
            counts = jnp.where(start & valid.any(), picks["D"][place], 0.0)
        new.append(counts.reshape(len(carried), -1))
    return carried + jnp.concatenate(new, axis=1)
