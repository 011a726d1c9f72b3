"""How many states: the smallest number whose held-out evidence is as good as the best, up to noise.

Small models trained from nothing often end in bad optima where the data say little, as when all
episodes begin in one state; large ones have room to spare and do not. So the largest candidate is
trained with several restarts, and each smaller one begins as the next larger one with those two
states merged whose merging costs least evidence, and is trained on. At each number of states the
best of the restarts stands for it.

All candidates have the largest one's shapes, so that one compiled program serves all: the encoder's
indices are mapped to states by its `merge`, and states from the candidate's number on are closed,
by zeros there and by logits so low that no probability and no gradient reaches them.
"""

import itertools
import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from ...agents.encoders.protocol import TrainableEncoder, log_encode
from ..data.trajectories import Trajectories
from ..descent import adam, initial
from ..descent.recipes import AUTO, LARGEST_CANDIDATE, SMALLEST_CANDIDATE, Schedule
from ..objectives.evidence import log_evidence_by_sequence, smoothed

# A logit whose softmax is exactly 0 in float32.
CLOSED = -1e9
OUTLIER_PROBABILITY = 0.02
# Transitions added to each expected count when a merged model's dynamics are computed.
PSEUDO_COUNT = 0.1
# Share of the best evidence that does not matter: trained models differ by as much between runs.
TOLERANCE = 0.03


def choose_num_states(
    data: Trajectories, held_out: Trajectories, template: TrainableEncoder, key: PRNGKeyArray
) -> tuple[int, tuple[dict, ...]]:
    """Compares 3 to 8 states with learned dynamics.

    Args:
        data: sequences to train on, in an order without meaning.
        held_out: sequences that judge.
        template: an encoder with `LARGEST_CANDIDATE` outcomes, its inputs standardised.
        key: of all chance.

    Returns:
        The number of states, and one row per candidate: `num_states`, `held_out_loss` in nats per
        observation, and the `standard_error` of its difference to the best candidate.
    """
    states = _train(_start(data, template, key), data, AUTO.main)
    evidences = {}
    for num_open in range(LARGEST_CANDIDATE, SMALLEST_CANDIDATE - 1, -1):
        if num_open < LARGEST_CANDIDATE:
            parameters = _merged(states.parameters, data, num_open + 1)
            states = states._replace(parameters=parameters)
        states = eqx.filter_vmap(adam.begin)(states.parameters, states.key)
        states = _train(states, data, AUTO.finetune or AUTO.main)
        by_restart = np.asarray(_evidences(states.parameters, held_out))
        evidences[num_open] = by_restart[by_restart.sum(axis=1).argmax()]
    return smallest_good_enough(evidences, np.asarray(held_out.mask).sum(axis=1))


def smallest_good_enough(
    evidences: dict[int, np.ndarray], lengths: np.ndarray
) -> tuple[int, tuple[dict, ...]]:
    """The first candidate within two standard errors, or within 3 %, of the best one.

    Args:
        evidences: for each number of states `(N,)`, the log evidence of each held-out sequence.
        lengths: `(N,)`, observations in each sequence.

    Returns:
        The number of states, and the rows of `choose_num_states`.
    """
    losses = {num: -evidence.sum() / lengths.sum() for num, evidence in evidences.items()}
    best = min(losses, key=lambda num: losses[num])
    rows, good = [], []
    for num in sorted(evidences):
        difference = (evidences[best] - evidences[num]) / lengths.mean()
        error = difference.std(ddof=1) / np.sqrt(len(lengths))
        rows.append(
            {
                "num_states": num,
                "held_out_loss": float(losses[num]),
                "standard_error": float(error),
            }
        )
        if losses[num] - losses[best] <= max(2 * error, TOLERANCE * abs(losses[best])):
            good.append(num)
    return good[0], tuple(rows)


def _start(data: Trajectories, template: TrainableEncoder, key: PRNGKeyArray) -> adam.AdamState:
    template = template.merged(jnp.eye(LARGEST_CANDIDATE))
    return initial.start(key, template, AUTO, None, LARGEST_CANDIDATE, data.num_actions)


def _train(states: adam.AdamState, data: Trajectories, schedule: Schedule):
    *_, (states, _) = adam.chunks(states, data, schedule, AUTO.batch_size)
    return states


def _merged(parameters: adam.Parameters, data: Trajectories, num_open: int):
    """Each restart with two of its `num_open` states merged, so that the loss is least."""
    pairs = itertools.combinations(range(num_open), 2)
    maps = np.stack([merge_map(LARGEST_CANDIDATE, *pair) for pair in pairs])
    # Padded with repetitions to one number of pairs, so that nothing is compiled again.
    maps = maps[np.arange(math.comb(LARGEST_CANDIDATE, 2)) % len(maps)]
    return _merge_best(parameters, data, maps, np.arange(LARGEST_CANDIDATE) < num_open - 1)


def merge_map(num_states: int, state: int, other: int) -> Float[np.ndarray, "K K"]:
    """One-hot map from old to new states: `other` becomes `state`, those behind it move up."""
    new = np.arange(num_states)
    new[other] = state
    new[other + 1 :] -= 1
    return np.eye(num_states, dtype=np.float32)[new]


@eqx.filter_jit
def _merge_best(
    parameters: adam.Parameters,
    data: Trajectories,
    maps: Float[Array | np.ndarray, "P K K"],
    is_open: Bool[Array | np.ndarray, " K"],
) -> adam.Parameters:
    def merge_one(parameters):
        log_probs = log_encode(parameters.encoder, data.observations)
        B, D = parameters.dynamics()
        result = smoothed(log_probs, B, D, data)

        def evidence(new_of_old):
            merged = _with_merged_states(parameters, result, new_of_old, is_open)
            return _log_evidence(merged, data).sum()

        best = jax.lax.map(evidence, maps).argmax()
        return _with_merged_states(parameters, result, jnp.asarray(maps)[best], is_open)

    return eqx.filter_vmap(merge_one)(parameters)


def _with_merged_states(parameters, result, new_of_old, is_open) -> adam.Parameters:
    """Two states merged; the dynamics follow from the expected counts of the unmerged model."""
    counts = jnp.einsum("jiu,ja,ib->abu", result.transition_counts, new_of_old, new_of_old)
    starts = result.beliefs[:, 0].sum(axis=0) @ new_of_old
    closed = ~jnp.asarray(is_open)
    B_logits = jnp.where(
        jnp.broadcast_to(closed[:, None, None], counts.shape),
        CLOSED,
        jnp.log(counts + PSEUDO_COUNT),
    )
    D_logits = jnp.where(closed, CLOSED, jnp.log(starts + PSEUDO_COUNT))
    return adam.Parameters(parameters.encoder.merged(new_of_old), B_logits, D_logits)


def _log_evidence(parameters: adam.Parameters, data: Trajectories) -> Float[Array, " N"]:
    log_probs = log_encode(parameters.encoder, data.observations)
    return log_evidence_by_sequence(
        log_probs, *parameters.dynamics(), data, outlier_probability=OUTLIER_PROBABILITY
    )


@eqx.filter_jit
def _evidences(parameters: adam.Parameters, data: Trajectories) -> Float[Array, "R N"]:
    return eqx.filter_vmap(lambda one: _log_evidence(one, data))(parameters)
