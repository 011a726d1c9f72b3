"""What of recorded sequences cannot be trained on."""

from typing import Any

import numpy as np

DIMENSIONS = {"f": 3, "i": 2, "u": 5}
"""Of the arrays of vectors, numbers and images, `(N, T, ...)`."""


def check_arrays(observations: Any, actions, mask, rewards, num_actions: int) -> None:
    """Raises ValueError where the arrays of `Trajectories` cannot be trained on."""
    mask = np.asarray(mask)
    if mask.ndim != 2 or mask.dtype != bool:
        raise ValueError(f"mask must be bool (N, T), got {mask.dtype} {mask.shape}")
    parts = _named_parts(observations)
    if not parts:
        raise ValueError("observations must have at least one part")
    for name, part in parts.items():
        _check_kind(name, part, mask)
    if np.shape(actions) != mask.shape:
        raise ValueError(f"actions must be {mask.shape}, got {np.shape(actions)}")
    if not mask[:, :1].all() or (mask[:, 1:] > mask[:, :-1]).any():
        raise ValueError("mask must be true from a sequence's first step to its last")
    for name, part in parts.items():
        _check_values(name, np.asarray(part)[mask], is_only=len(parts) == 1)
    taken = np.asarray(actions)[:, :-1][mask[:, 1:]]
    if taken.size and not 0 <= taken.min() <= taken.max() < num_actions:
        raise ValueError(
            f"actions must be in 0..{num_actions - 1}, got {taken.min()}..{taken.max()}"
        )
    if rewards is not None:
        if np.shape(rewards) != mask.shape:
            raise ValueError(f"rewards must be {mask.shape}, got {np.shape(rewards)}")
        if not np.isfinite(np.asarray(rewards)).all():
            raise ValueError("rewards must be finite")


def _named_parts(observations) -> dict[str, Any]:
    """Arrays of observations under the names that messages call them."""
    if isinstance(observations, dict):
        return {f"observations[{name!r}]": part for name, part in observations.items()}
    if isinstance(observations, tuple):
        return {f"observations[{place}]": part for place, part in enumerate(observations)}
    return {"observations": observations}


def _check_kind(name: str, part, mask: np.ndarray) -> None:
    kind = np.dtype(getattr(part, "dtype", object))
    if np.ndim(part) != DIMENSIONS.get(kind.kind) or np.shape(part)[:2] != mask.shape:
        raise ValueError(
            f"{name} must be (N, T, D) floating-point, (N, T, H, W, C) uint8 or (N, T) "
            f"integers, got {np.shape(part)} {kind}"
        )


def _check_values(name: str, seen: np.ndarray, is_only: bool) -> None:
    if not np.isfinite(seen).all():
        raise ValueError(f"{name} must be finite")
    is_number = np.issubdtype(seen.dtype, np.integer)
    if is_number and seen.min() < 0:
        raise ValueError(f"{name} that are numbers must not be negative, got {seen.min()}")
    deviations = seen.std(axis=0)
    # Pixels of a border never change, nor do some numbers among several parts; all else must vary.
    varies = deviations.max() if seen.ndim == 4 else deviations.min()
    if varies < 1e-12 and (is_only or not seen.ndim == 1):
        raise ValueError(f"{name} must vary in each dimension, one of them is constant")
    if not deviations.max() < 1e30:
        raise ValueError(f"{name} vary by more than float32 has room for: use other units")
