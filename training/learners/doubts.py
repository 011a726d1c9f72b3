"""What about a training should make one doubt it, from label-free signals alone."""

import numpy as np

from ..alignment.align import Alignment
from .estimates import Estimates

# Nats per observation within which two losses count as equally good.
SAME_LOSS = 0.03
# What a known B may leave unexplained of successive outcomes: multiples of what chance leaves,
# and a share of their information. Right labels of 5 to 20 states were measured at 0.05 to 0.65 of
# the first, thoroughly wrong ones above 0.88. Two states exchanged among 20 hardly change it.
LARGEST_MISFIT, LARGEST_MISFIT_SHARE = 0.8, 0.03
# Nats per transition that an exchange of two states may gain by chance.
LARGEST_EXCHANGE_GAIN = 0.01


def doubts(
    losses: np.ndarray,
    effective_states: float,
    num_states: int,
    estimates: Estimates,
    knows_dynamics: bool,
    alignment: Alignment | None,
) -> tuple[str, ...]:
    """Reasons to doubt a training by the evidence objective, from label-free signals alone.

    Args:
        losses: `(R,)`, held-out loss of each restart, nats per observation.
        effective_states: of the best restart.
        num_states: K.
        estimates: of the best restart.
        knows_dynamics: whether B was given.
        alignment: of the best restart, or None.
    """
    found = []
    best = float(np.min(losses))
    if best > -SAME_LOSS:
        found.append(f"nothing was learned: held-out loss {best:.3f}, an encoder without use has 0")
    if effective_states < 0.6 * num_states:
        found.append(f"collapse: {effective_states:.1f} of {num_states} states are in use")
    if len(losses) > 1 and np.sum(losses < best + SAME_LOSS) == 1:
        found.append(
            f"only one of {len(losses)} restarts reached the best loss {best:.3f}: "
            "another run may find a better one"
        )
    share = estimates.misfit / max(estimates.information, 1e-9)
    beyond_chance = estimates.misfit > LARGEST_MISFIT * estimates.chance
    if knows_dynamics and beyond_chance and share > LARGEST_MISFIT_SHARE:
        found.append(
            f"states do not move as B says: it leaves {share:.0%} of what successive outcomes "
            "tell about each other unexplained; the labels may be wrong"
        )
    if knows_dynamics and estimates.exchange_gain > LARGEST_EXCHANGE_GAIN:
        found.append(
            "exchanging states {} and {} would explain better how states move: "
            "the labels may be wrong".format(*estimates.exchange)
        )
    if alignment is not None and alignment.ambiguous:
        found.append("the alignment is ambiguous: another one explains the transitions as well")
    return tuple(found)
