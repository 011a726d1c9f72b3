"""One step of agents that learn: what their episodes said, inference, smoothing and planning."""

import dataclasses
from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, PRNGKeyArray

from ..planning.belief_tree import BeliefTree
from ..planning.dynamic_programming import DynamicProgrammingPlanner
from .core import LearningCore, Memory, Tables, tables_of
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
    core: LearningCore, memory: Memory, logits, start, valid, key: PRNGKeyArray | None
) -> Memory:
    """Learns from the episode that has ended, infers, smooths and acts, in one environment."""
    memory = brought_up(core, memory, start)
    tables = tables_of(core, memory)
    at = infer(core, memory, tables, logits, start, valid)
    action = _action(core, tables, at.belief, key)
    phi = smoothed_counts(core, memory, at, start, valid)
    return Memory(
        at.belief, action.astype(jnp.int32), memory.steps + 1, memory.kept, memory.added, phi
    )


def _action(core: LearningCore, tables: Tables, belief: Array, key: PRNGKeyArray | None) -> Array:
    """What the planner takes at one belief, by the tables as they are believed."""
    A, B, novelty = jnp.concatenate(tables.A), tables.B, tables.novelty
    if core.joint.planner == "dynamic_programming":
        learned = dataclasses.replace(core.joint, A=A, B=B, novelty=novelty)
        values = DynamicProgrammingPlanner(learned, jnp)
        many = belief[None]
        found = values.best_action(many) if key is None else values.sampled_action(many, key)
        return found[0]
    tree = BeliefTree(core.joint, A, B, novelty)
    return tree.best_action(belief) if key is None else tree.sampled_action(belief, key)


def decide(core: LearningCore, observations, memory: Memory, start, valid, key) -> Memory:
    """`step` in N environments."""
    logits = core.encoder.logits(observations)
    keys = None if key is None else jax.random.split(key, len(logits))
    one = lambda *at: step(core, *at)  # noqa: E731
    axes = 0, 0, 0, 0, None if key is None else 0
    return jax.vmap(one, axes)(memory, logits, start, valid, keys)


def assess(core: LearningCore, observations, memory: Memory, start, valid) -> tuple:
    """Posteriors, log likelihoods, priors, A, B and novelty as believed, of N environments."""

    def one(memory, logits, start, valid):
        memory = brought_up(core, memory, start)
        tables = tables_of(core, memory)
        at = infer(core, memory, tables, logits, start, valid)
        A, novelty = jnp.concatenate(tables.A), tables.novelty
        novelty = jnp.zeros(tables.B.shape[1:]) if novelty is None else novelty
        return at.belief, at.log_likelihood, at.prior, A, tables.B, novelty

    return jax.vmap(one)(memory, core.encoder.logits(observations), start, valid)


def pool(core: LearningCore, memory: Memory) -> tuple[Array, Array]:
    """Counts `(n,)` of all environments together, and `(N, n)` of each."""
    kept, added = jax.vmap(lambda one: _grown(core, one))(memory)
    total = partial(total_counts, core.parts, core.prior)
    return total(kept.mean(axis=0), added.sum(axis=0)), jax.vmap(total)(kept, added)
