"""What happened in a training."""

import dataclasses

import numpy as np

from ..alignment.align import Alignment


@dataclasses.dataclass(frozen=True)
class History:
    """What happened in a training, for R restarts. Nothing in it needed a label.

    Attributes:
        rows: one dict per restart and checkpoint, as for a table.
        held_out_loss: `(R,)`, the final loss of each restart on all held-out sequences, in nats.
        effective_states: `(R,)`, `exp(entropy)` of how much each state is used: K at most.
        best_restart: the restart that became the agent: the lowest held-out loss.
        num_transitions: environment steps that went into it, held-out ones included.
        warnings: reasons to doubt the result, in words; empty is good.
        alignment: how latent indices were matched to the states of a known B, else None.
        num_states_curve: rows of `num_states`, `held_out_loss` and `standard_error` where
            `num_states="auto"` compared them, else empty.
        counts: Dirichlet counts `pA`, `pB`, `pD` of the agent's A, B and D, as strong as what they
            were learned from: a column of pB sums to the transitions from that state by that
            action. `dataclasses.replace(agent.model, **history.counts)` goes on from them.
    """

    rows: list[dict]
    held_out_loss: np.ndarray
    effective_states: np.ndarray
    best_restart: int
    num_transitions: int
    warnings: tuple[str, ...] = ()
    alignment: Alignment | None = None
    num_states_curve: tuple[dict, ...] = ()
    counts: dict[str, np.ndarray] | None = None
