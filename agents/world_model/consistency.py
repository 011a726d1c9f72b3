"""Whether the parts of a world model that was read from a file fit together."""

import numpy as np

from .ensemble import FAR, MixtureEnsemble
from .model import Member, WorldModel

LONGEST_HISTORY, LONGEST_HOLD = 1000, 10**6


def check_world(world: WorldModel) -> None:
    """Raises ValueError for sizes, numbers of actions or probabilities that cannot be."""
    _check_whole(world.num_actions, "num_actions", 10**6)
    _check_whole(world.history, "history", LONGEST_HISTORY)
    if not 0 < world.discount < 1 or not 0 <= world.reward_scale < np.inf:
        raise ValueError("discount must be in (0, 1), reward_scale finite and not negative")
    if not 0 <= world.caution < np.inf:
        raise ValueError("caution must be finite and not negative")
    shape = len(world.members), len(world.actions)
    _check("actions", world.actions, shape[1:], "iu", 0, world.num_actions - 1)
    _check("lengths", world.lengths, shape, "iu", 1, LONGEST_HOLD)
    if 0 in shape:
        raise ValueError("it has no members, or no actions")
    if isinstance(world.encoder, MixtureEnsemble):
        _check_ensemble(world.encoder)
    elif world.encoder.observations.ndim != 2:
        raise ValueError("observations of a table must be (K, D)")
    for place, member in enumerate(world.members):
        _check_member(f"member {place}: ", member, shape[1])


def _check_member(start: str, member: Member, num_controls: int) -> None:
    num = len(member.ended)
    if num == 0:
        raise ValueError(f"{start}it has no states")
    _check(f"{start}ended", member.ended, (num,), "f", -1e-6, 1 + 1e-6)
    _check(f"{start}rewards", member.rewards, (num, num_controls), "f", -np.inf, np.inf)
    _check(f"{start}counts", member.counts, (num, num_controls), "fiu", 0, np.inf)
    _check(f"{start}starts", member.starts, (num,), "f", 0, 1 + 1e-6)
    if len(member.looks) != num or member.looks.ndim != 2:
        raise ValueError(f"{start}looks must be ({num}, D)")


def _check_ensemble(encoder: MixtureEnsemble) -> None:
    if encoder.kind not in ("soft", "lme"):
        raise ValueError(f"its encoder is {str(encoder.kind)[:50]!r}")
    if encoder.prototypes.ndim != 3 or encoder.matrix.ndim != 3:
        raise ValueError("prototypes must be (M, K, F), matrix (M, D, F)")
    members, size, dim = encoder.prototypes.shape
    width = encoder.matrix.shape[1]
    if encoder.matrix.shape != (members, width, dim) or encoder.shift.shape != (members, width):
        raise ValueError("shift, matrix and prototypes of the encoder have different sizes")
    _check("spacing", encoder.spacing, (members, size), "f", 0, np.inf)
    if (encoder.prototypes[:, :, 0] >= FAR).all(axis=1).any() or not (encoder.width > 0).all():
        raise ValueError("each member needs a prototype, and spacing above 0")


def _check(name: str, array: np.ndarray, shape: tuple, kinds: str, low: float, high: float) -> None:
    if array.shape != shape or array.dtype.kind not in kinds:
        raise ValueError(f"{name} must have shape {shape}, got {array.dtype} {array.shape}")
    if array.size and not (low <= array.min() and array.max() <= high):
        raise ValueError(f"{name} must be in [{low}, {high}]")


def _check_whole(value, name: str, highest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= highest:
        raise ValueError(f"{name} must be a whole number in 1..{highest}")
