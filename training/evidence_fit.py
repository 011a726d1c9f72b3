"""Training by the evidence objective: restarts, alignment to a known B, fine-tuning, choice."""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import PRNGKeyArray

from ..agents.encoder import ObservationEncoder
from . import beginnings
from . import evidence_trainer as trainer
from .alignment import Alignment, align
from .evidence import smoothed
from .recipes import Recipe, Schedule
from .restarts import take_restarts
from .run_folder import NoFolder, RunFolder
from .trajectories import Trajectories

# Share of an index's outcomes that merging leaves to other states than its own.
MERGE_LEAK = 0.01


class Trained(NamedTuple):
    """The best restart.

    Attributes:
        encoder: its encoder.
        B: `(K, K, U)`, given or learned.
        D: `(K,)`, uniform where B was given, else learned.
        standing: held-out loss and effective number of states of all restarts.
        best: index of the best restart.
        alignment: of the best restart, or None.
        rows: one dict per restart and checkpoint.
    """

    encoder: ObservationEncoder
    B: np.ndarray
    D: np.ndarray
    standing: trainer.Standing
    best: int
    alignment: Alignment | None
    rows: list[dict]


def fit_evidence(
    data: Trajectories,
    held_out: Trajectories,
    B: np.ndarray | None,
    num_states: int,
    recipe: Recipe,
    key: PRNGKeyArray,
    *,
    progress: Callable[[int], None] | None = None,
    run_folder: RunFolder | NoFolder | None = None,
) -> Trained:
    """Trains an encoder, and with it B and D where they are not known.

    Args:
        data: sequences to train on, in an order without meaning.
        held_out: sequences that choose among restarts.
        B: `(K, K, U)` known dynamics, whose numbering the encoder takes over; None learns them.
        num_states: K.
        recipe: hyperparameters; with `finetune`, dynamics are learned first even if B is known.
        key: of all chance.
        progress: called with the number of gradient steps done since the last call.
        run_folder: stores and resumes.

    Returns:
        The best restart.
    """
    descend = partial(
        _descend,
        data=data,
        held_out=held_out,
        batch_size=recipe.batch_size,
        progress=progress or (lambda steps: None),
        run_folder=run_folder or NoFolder(),
    )
    direct = B is not None and recipe.finetune is None
    spare = 0 if B is None else round(recipe.spare_indices * num_states)
    template = beginnings.template(data, num_states + spare, recipe)
    known = trainer.known_logits(B) if direct else None
    states = beginnings.start(key, template, recipe, known, num_states + spare, data.num_actions)
    states, standing, rows = descend(_sharded(states), recipe.main, "main")
    alignments = None
    if B is not None and not direct:
        counts = np.asarray(_transition_counts(states.parameters, data))
        alignments = [align(one, B) for one in counts]
        # A restart that B explains badly is in a bad optimum or badly aligned.
        unexplained = [a.reference_score - a.score for a in alignments]
        best_first = np.argsort(unexplained)[: recipe.num_finetuned]
        alignments = [alignments[restart] for restart in best_first]
        states = take_restarts(states, best_first)
        states = _renamed(states, alignments, B)
        states, standing, more = descend(states, recipe.finetune, "finetune")
        rows += [row | {"restart": int(best_first[row["restart"]])} for row in more]
    best = int(np.nanargmin(standing.loss))
    chosen = take_restarts(states.parameters, best)
    learned_B, learned_D = (np.asarray(array) for array in chosen.dynamics())
    return Trained(
        chosen.encoder,
        learned_B if B is None else np.asarray(B),
        learned_D if B is None else np.full(num_states, 1 / num_states),
        standing,
        best,
        alignments[best] if alignments else None,
        rows,
    )


def _descend(
    states: trainer.TrainState,
    schedule: Schedule,
    phase: str,
    *,
    data: Trajectories,
    held_out: Trajectories,
    batch_size: int,
    progress: Callable[[int], None],
    run_folder: RunFolder | NoFolder,
) -> tuple[trainer.TrainState, trainer.Standing, list[dict]]:
    """All steps of one phase, chunk by chunk, from where it was stored."""
    states, rows = run_folder.load(phase, states)
    traced = Schedule(*map(jnp.float32, schedule))
    num_steps = math.ceil(schedule.num_steps / trainer.CHUNK) * trainer.CHUNK
    progress(int(states.step[0]))
    for first in range(int(states.step[0]), num_steps, trainer.CHUNK):
        states, losses = trainer.train_chunk(states, data, traced, batch_size)
        standing = trainer.standing(states.parameters, held_out, traced.initial_weight)
        rows += [
            {
                "restart": restart,
                "phase": phase,
                "step": first + trainer.CHUNK,
                "train_loss": float(losses[restart].mean()),
                "held_out_loss": float(standing.loss[restart]),
                "effective_states": float(standing.effective_states[restart]),
            }
            for restart in range(len(losses))
        ]
        run_folder.save(phase, states, rows)
        progress(trainer.CHUNK)
    standing = trainer.standing(states.parameters, held_out, traced.initial_weight)
    return states, trainer.Standing(*map(np.asarray, standing)), rows


def _renamed(
    states: trainer.TrainState, alignments: list[Alignment], B: np.ndarray
) -> trainer.TrainState:
    """Each restart with its outcomes renamed to the states of B, and B in place of its own."""
    num_restarts, num_states = len(alignments), len(B)
    encoder = states.parameters.encoder
    if len(alignments[0].state_of_index) == num_states:
        index_of_state = jnp.asarray([np.argsort(a.state_of_index) for a in alignments])

        def last(encoder):
            return encoder.mlp.layers[-1].weight, encoder.mlp.layers[-1].bias

        weight, bias = last(encoder)
        weight = jnp.take_along_axis(weight, index_of_state[:, :, None], axis=1)
        bias = jnp.take_along_axis(bias, index_of_state, axis=1)
        encoder = eqx.tree_at(last, encoder, (weight, bias))
    else:
        merge = np.stack([np.eye(num_states)[a.state_of_index] for a in alignments])
        merge = jnp.asarray((1 - MERGE_LEAK) * merge + MERGE_LEAK / num_states, jnp.float32)
        encoder = eqx.tree_at(lambda e: e.merge, encoder, merge, is_leaf=lambda x: x is None)
    B_logits = jnp.broadcast_to(trainer.known_logits(B), (num_restarts, *B.shape))
    D_logits = jnp.zeros((num_restarts, num_states))
    parameters = trainer.Parameters(encoder, B_logits, D_logits)
    return eqx.filter_vmap(trainer.begin)(parameters, states.key)


@eqx.filter_jit
def _transition_counts(parameters: trainer.Parameters, data: Trajectories):
    def one(parameters):
        return smoothed(parameters.encoder, *parameters.dynamics(), data).transition_counts

    return eqx.filter_vmap(one)(parameters)


def _sharded(states: trainer.TrainState) -> trainer.TrainState:
    """The restarts spread over the local devices, where their number divides evenly."""
    devices = jax.local_devices()
    num_restarts = states.step.shape[0]
    if len(devices) == 1 or num_restarts % len(devices):
        return states
    mesh = jax.sharding.Mesh(np.array(devices), ("restart",))
    sharding = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("restart"))
    return jax.tree.map(lambda x: jax.device_put(x, sharding) if eqx.is_array(x) else x, states)
