"""Restarts with learned dynamics take over the numbering of a known B."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from ...agents.encoders.protocol import log_encode
from ..alignment.align import Alignment, align
from ..alignment.repair import repair
from ..data.trajectories import Trajectories
from ..descent import adam
from ..objectives.evidence import outcome_pairs, smoothed

# Share of an index's outcomes that merging leaves to other states than its own.
MERGE_LEAK = 0.01


def alignments_to(
    B: np.ndarray, parameters: adam.Parameters, data: Trajectories
) -> list[Alignment]:
    """How the latent indices of each restart are matched to the states of B."""
    counts, pairs = map(np.asarray, _counts(parameters, data))
    if counts.shape[1] == len(B):
        return [align(one, B) for one in counts]
    # The repair needs only a good beginning: no more searches than that.
    return [
        repair(align(count, B, num_restarts=1), count, pair, B)
        for count, pair in zip(counts, pairs)
    ]


@eqx.filter_jit
def _counts(parameters: adam.Parameters, data: Trajectories):
    """Transition counts of the learned model and pairs of outcomes, of each restart."""

    def one(parameters):
        log_probs = log_encode(parameters.encoder, data.observations)
        B, D = parameters.dynamics()
        counts = smoothed(log_probs, B, D, data).transition_counts
        return counts, outcome_pairs(log_probs, data)

    return eqx.filter_vmap(one)(parameters)


def renamed(states: adam.AdamState, alignments: list[Alignment], B: np.ndarray) -> adam.AdamState:
    """Each restart with its outcomes renamed to the states of B, and B in place of its own.

    With spare indices the encoder gets a `merge`; else its output layer is put in B's order.
    """
    num_restarts, num_states = len(alignments), len(B)
    encoder = states.parameters.encoder
    if len(alignments[0].state_of_index) == num_states:
        index_of_state = jnp.asarray([np.argsort(a.state_of_index) for a in alignments])
        encoder = eqx.filter_vmap(lambda one, order: one.permuted(order))(encoder, index_of_state)
    else:
        merge = np.stack([np.eye(num_states)[a.state_of_index] for a in alignments])
        merge = jnp.asarray((1 - MERGE_LEAK) * merge + MERGE_LEAK / num_states, jnp.float32)
        encoder = encoder.merged(merge)
    B_logits = jnp.broadcast_to(adam.known_logits(B), (num_restarts, *B.shape))
    D_logits = jnp.zeros((num_restarts, num_states))
    parameters = adam.Parameters(encoder, B_logits, D_logits)
    return eqx.filter_vmap(adam.begin)(parameters, states.key)
