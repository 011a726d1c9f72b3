"""Training by the evidence objective: restarts, alignment to a known B, fine-tuning, choice."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import PRNGKeyArray

from ...agents.encoders.protocol import TrainableEncoder
from ..alignment.align import Alignment
from ..data.trajectories import Trajectories
from ..descent import adam, initial
from ..descent.checkpoints import NoFolder, RunFolder
from ..descent.recipes import Recipe, Schedule
from ..descent.restarts import take_restarts
from .renaming import alignments_to, renamed


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

    encoder: TrainableEncoder
    B: np.ndarray
    D: np.ndarray
    standing: adam.Standing
    best: int
    alignment: Alignment | None
    rows: list[dict]


def fit_evidence(
    data: Trajectories,
    held_out: Trajectories,
    B: np.ndarray | None,
    num_states: int,
    new_encoder: Callable[[int], TrainableEncoder],
    recipe: Recipe,
    key: PRNGKeyArray,
    *,
    progress: Callable[[int], object] | None = None,
    run_folder: RunFolder | NoFolder | None = None,
) -> Trained:
    """Trains an encoder, and with it B and D where they are not known.

    Args:
        data: sequences to train on, in an order without meaning.
        held_out: sequences that choose among restarts.
        B: `(K, K, U)` known dynamics, whose numbering the encoder takes over; None learns them.
        num_states: K.
        new_encoder: an encoder with so many outcomes, its inputs standardised, its weights not
            drawn yet.
        recipe: hyperparameters; with `finetune`, dynamics are learned first even if B is known.
        key: of all chance.
        progress: called with the number of gradient steps done since the last call.
        run_folder: stores and resumes.

    Returns:
        The best restart.
    """
    descend_on = partial(
        descend,
        data=data,
        held_out=held_out,
        batch_size=recipe.batch_size,
        progress=progress or (lambda steps: None),
        run_folder=run_folder or NoFolder(),
    )
    finetune = recipe.finetune
    spare = 0 if B is None else round(recipe.spare_indices * num_states)
    template = new_encoder(num_states + spare)
    known = adam.known_logits(B) if B is not None and finetune is None else None
    states = initial.start(key, template, recipe, known, num_states + spare, data.num_actions)
    states, standing, rows = descend_on(sharded(states), recipe.main, "main")
    alignments = None
    if B is not None and finetune is not None:
        alignments = alignments_to(B, states.parameters, data)
        states = renamed(states, alignments, B)
        kept = np.arange(recipe.num_restarts)
        if recipe.num_finetuned < recipe.num_restarts:
            # A restart that B explains badly is in a bad optimum or badly aligned.
            loss = _standing(states, held_out, finetune).loss
            kept = np.argsort(loss)[: recipe.num_finetuned]
            alignments = [alignments[restart] for restart in kept]
            states = take_restarts(states, kept)
        states, standing, more = descend_on(states, finetune, "finetune")
        rows += [row | {"restart": int(kept[row["restart"]])} for row in more]
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


def descend(
    states: adam.AdamState,
    schedule: Schedule,
    phase: str,
    *,
    data: Trajectories,
    held_out: Trajectories,
    batch_size: int,
    progress: Callable[[int], object],
    run_folder: RunFolder | NoFolder,
    objective: adam.Objective = adam.encoder_evidence,
) -> tuple[adam.AdamState, adam.Standing, list[dict]]:
    """All steps of one phase, chunk by chunk, from where it was stored."""
    states, rows = run_folder.load(phase, states)
    progress(int(states.step[0]))
    standing = None
    for new, losses in adam.chunks(states, data, schedule, batch_size, objective):
        states = new
        standing = _standing(states, held_out, schedule, objective)
        step, losses = int(states.step[0]), np.asarray(losses)
        rows += [
            {
                "restart": restart,
                "phase": phase,
                "step": step,
                "train_loss": float(losses[restart].mean()),
                "held_out_loss": float(standing.loss[restart]),
                "effective_states": float(standing.effective_states[restart]),
            }
            for restart in range(len(losses))
        ]
        run_folder.save(phase, states, rows)
        progress(adam.CHUNK)
    return states, standing or _standing(states, held_out, schedule, objective), rows


def _standing(
    states: adam.AdamState,
    held_out: Trajectories,
    schedule: Schedule,
    objective: adam.Objective = adam.encoder_evidence,
) -> adam.Standing:
    weight = jnp.float32(schedule.initial_weight)
    loss, effective_states = adam.standing(states.parameters, held_out, weight, objective)
    return adam.Standing(np.asarray(loss), np.asarray(effective_states))


def sharded(states: adam.AdamState) -> adam.AdamState:
    """The restarts spread over the local devices, where their number divides evenly."""
    devices = jax.local_devices()
    num_restarts = states.step.shape[0]
    if len(devices) == 1 or num_restarts % len(devices):
        return states
    mesh = jax.sharding.Mesh(np.array(devices), ("restart",))
    sharding = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("restart"))
    return jax.tree.map(lambda x: jax.device_put(x, sharding) if eqx.is_array(x) else x, states)
