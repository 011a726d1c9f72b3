"""One step of agents that learn: what their episodes said, inference, smoothing and planning."""

from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from ..encoders.protocol import encode
from ..planning.belief_tree import BeliefTree
from .core import LearningCore, Memory, tables_of
from .counts import grown, total_counts
from .smoothing import infer, smoothed_counts


def _grown(core: LearningCore, memory: Memory) -> tuple[Array, Array]:
    """`kept` and `added` with the counts of the running episode, given all that was seen of it."""
    news = memory.belief @ memory.phi
    return grown(
        core.parts, core.learning, core.prior, memory.kept, memory.added, news, memory.steps
    )


def brought_up(core: LearningCore, memory: Memory, start: Bool[Array, ""]) -> Memory:
    """The memory after its episode has ended, or has become as long as the horizon."""
    is_due = (memory.steps > 0) & (start | (memory.steps >= core.learning.steps_to_update))
    kept, added = _grown(core, memory)
    return memory._replace(
        kept=jnp.where(is_due, kept, memory.kept),
        added=jnp.where(is_due, added, memory.added),
        phi=jnp.where(is_due, 0.0, memory.phi),
        steps=jnp.where(is_due, 0, memory.steps),
    )


def step(
    core: LearningCore, memory: Memory, seen, start, valid, key: PRNGKeyArray | None
) -> Memory:
    """Learns from the episode that has ended, infers, smooths and acts, in one environment."""
    memory = brought_up(core, memory, start)
    tables = tables_of(core, memory)
    at = infer(core, memory, tables, seen, start, valid)
    planner = BeliefTree(core.joint, jnp.concatenate(tables.A), tables.B, tables.novelty)
    action = (
        planner.best_action(at.belief) if key is None else planner.sampled_action(at.belief, key)
    )
    phi = smoothed_counts(core, memory, at, start, valid)
    return Memory(
        at.belief, action.astype(jnp.int32), memory.steps + 1, memory.kept, memory.added, phi
    )


def encoded(core: LearningCore, observations) -> Float[Array, "N O"]:
    """What `evidence` is given for each observation."""
    if not core.by_modality and core.log_usage is None:
        return encode(core.encoder, observations)
    return core.encoder.logits(observations)


def decide(core: LearningCore, observations, memory: Memory, start, valid, key) -> Memory:
    """`step` in N environments."""
    seen = encoded(core, observations)
    keys = None if key is None else jax.random.split(key, len(seen))
    one = lambda *at: step(core, *at)  # noqa: E731
    return jax.vmap(one, (0, 0, 0, 0, None if key is None else 0))(memory, seen, start, valid, keys)


def assess(core: LearningCore, observations, memory: Memory, start, valid) -> tuple:
    """Posteriors, log likelihoods, priors, A, B and novelty as believed, of N environments."""

    def one(memory, seen, start, valid):
        memory = brought_up(core, memory, start)
        tables = tables_of(core, memory)
        at = infer(core, memory, tables, seen, start, valid)
        A, novelty = jnp.concatenate(tables.A), tables.novelty
        novelty = jnp.zeros(tables.B.shape[1:]) if novelty is None else novelty
        return at.belief, at.log_likelihood, at.prior, A, tables.B, novelty

    return jax.vmap(one)(memory, encoded(core, observations), start, valid)


def pool(core: LearningCore, memory: Memory) -> tuple[Array, Array]:
    """Counts `(n,)` of all environments together, and `(N, n)` of each."""
    kept, added = jax.vmap(lambda one: _grown(core, one))(memory)
    total = partial(total_counts, core.parts, core.prior)
    return total(kept.mean(axis=0), added.sum(axis=0)), jax.vmap(total)(kept, added)
