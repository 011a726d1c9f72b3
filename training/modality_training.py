"""Training of the encoders of a model that is given: restarts, the best of them, and doubts."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import equinox as eqx
import gymnasium as gym
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np

from ..agents import GenerativeModel
from ..agents.encoders.choose import choose_encoder
from ..agents.encoders.protocol import TrainableEncoder
from ..agents.models.likelihoods import index_log_likelihood
from .config import TrainConfig
from .data.trajectories import Trajectories, hold_out
from .descent import adam, initial
from .descent.checkpoints import NoFolder
from .descent.recipes import Recipe
from .descent.restarts import take_restarts
from .learners.doubts import SAME_LOSS
from .learners.evidence_restarts import descend, sharded
from .learners.history import History
from .objectives.evidence import state_usage
from .objectives.joint_evidence import SeenParts, joint_evidence

Name = str | int | None


def by_modality(parts, names: Sequence[Name]) -> dict[Name, Any]:
    """Parts of a `Dict` or `Tuple` by their keys; what has no parts under None."""
    return {name: parts if name is None else parts[name] for name in names}


def trained_encoders(
    data: Trajectories,
    model: GenerativeModel,
    spaces: dict[Name, gym.Space],
    config: TrainConfig,
    recipe: Recipe,
    seed: int,
    progress: Callable[[int], object] | None,
) -> tuple[dict[Name, tuple[TrainableEncoder, np.ndarray] | None], History]:
    """By modality its encoder and how often that uses each outcome; None where it is discrete."""
    joint = model.joint
    tables = dict(zip(spaces, joint.by_modality(joint.A)))
    learned = [n for n, space in spaces.items() if not isinstance(space, gym.spaces.Discrete)]
    observations = by_modality(data.observations, list(spaces))
    known = np.zeros((*np.shape(data.mask), joint.num_states), np.float32)
    for name in (n for n in spaces if n not in learned):
        outcomes = jnp.asarray(observations[name]).reshape(-1)
        log_probs = index_log_likelihood(outcomes, jnp.asarray(tables[name]))
        known += np.asarray(log_probs).reshape(known.shape)
    seen = tuple(np.asarray(observations[name]) for name in learned)
    data = dataclasses.replace(data, observations=(seen, known), rewards=None)
    choose = config.encoder or choose_encoder
    width, depth = recipe.encoder_width, recipe.encoder_depth
    new = (
        choose(spaces[n], len(tables[n]), width, depth, jr.key(0)).standardised(
            x[np.asarray(data.mask)]
        )
        for n, x in zip(learned, seen)
    )
    template = SeenParts(tuple(new), tuple(jnp.asarray(tables[n]) for n in learned))
    best, usage, history = _descended(data, template, joint, config, recipe, seed, progress)
    found: dict = dict.fromkeys(spaces)
    return found | dict(zip(learned, zip(best.parts, usage))), history


def _descended(data, template, joint, config, recipe, seed, progress):
    """The best of several restarts, its usage, and the history."""
    train, held_out = hold_out(data, config.held_out_fraction, seed)
    B = adam.known_logits(joint.B)
    states: Any = initial.start(
        jr.PRNGKey(seed), template, recipe, B, joint.num_states, joint.num_actions
    )
    D = jnp.broadcast_to(adam.known_logits(joint.D), states.parameters.D_logits.shape)
    states = eqx.tree_at(lambda s: s.parameters.D_logits, states, D)
    states, standing, rows = descend(
        sharded(states),
        recipe.main,
        "main",
        data=train,
        held_out=held_out,
        batch_size=recipe.batch_size,
        progress=progress or (lambda steps: None),
        run_folder=NoFolder(),
        objective=joint_evidence,
    )
    losses, effective = map(np.asarray, standing)
    best = int(np.nanargmin(losses))
    encoders: Any = take_restarts(states.parameters.encoder, best)
    usage = [
        np.asarray(jax.jit(state_usage)(one, train.mask))
        for one in encoders.log_probs(train.observations[0])
    ]
    blind = _blind_loss(held_out, joint)
    warnings = _doubts(losses, blind)
    history = History(rows, losses, effective, best, data.num_transitions, warnings)
    return encoders, usage, history


def _blind_loss(held_out: Trajectories, joint) -> float:
    """The loss of encoders that say nothing."""
    none: Any = SeenParts((), ())
    parameters = adam.Parameters(none, adam.known_logits(joint.B), adam.known_logits(joint.D))
    return float(joint_evidence(parameters, held_out, jnp.float32(1.0))[0])


def _doubts(losses: np.ndarray, blind: float) -> tuple[str, ...]:
    """Reasons to doubt the training, from its losses alone."""
    found, best = [], float(np.min(losses))
    if best > blind - SAME_LOSS:
        found.append(
            f"nothing was learned: held-out loss {best:.3f}, encoders without use have {blind:.3f}"
        )
    if len(losses) > 1 and np.sum(losses < best + SAME_LOSS) == 1:
        found.append(
            f"only one of {len(losses)} restarts reached the best loss {best:.3f}: "
            "another run may find a better one"
        )
    return tuple(found)
