"""What `predict` and `rollout` are given, checked; messages name the argument."""

import numpy as np

# Beliefs sum to 1 up to rounding, and up to what columns of B may be off.
TOLERANCE = 1e-3
LONGEST_REASON = 120


def as_numbers(given, name: str) -> np.ndarray:
    """`given` as a plain array of real numbers.

    Raises:
        ValueError: it is none: masked, a matrix, text, dates, records, objects, or it refuses to be
            an array.
    """
    masked = given if isinstance(given, list | tuple) else [given]
    if any(isinstance(one, np.ma.MaskedArray) for one in masked):
        raise ValueError(
            f"{name} must not be a masked array, for its mask would be lost: fill it, or put NaN "
            "where a value is missing and take on_invalid='ignore'"
        )
    if isinstance(given, np.matrix):
        raise ValueError(f"{name} must be an array, got a np.matrix, which always has two axes")
    try:
        array = np.asarray(given)
    except Exception as error:  # of whatever kind a foreign type's `__array__` raises
        raise refused(given, name, str(error)) from error
    if array.dtype.kind not in "biuf":
        raise refused(given, name, f"values of type {array.dtype}")
    return array


def refused(given, name: str, reason: str) -> ValueError:
    """The error for what is no array of numbers."""
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_REASON:
        reason = f"{reason[:LONGEST_REASON]}..."
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], dict):
        reason = "env.reset() returns (observation, info): pass the observation alone"
    return ValueError(f"{name} must be an array of numbers, got {type(given).__name__}: {reason}")


def named_rows(rows: np.ndarray) -> str:
    """Some numbers of environments in words, the first ten of them."""
    shown = ", ".join(str(row) for row in rows[:10])
    more = f", ... ({len(rows):,} in all)" if len(rows) > 10 else ""
    return f"environment{'s' * (len(rows) > 1)} {shown}{more}"


def checked_prior(
    state, episode_start, num_envs: int, first: tuple[np.ndarray, ...], name: str = "state"
) -> tuple[np.ndarray, ...]:
    """`p(s_t | past)`, `(N, K)` each: the beliefs in `state`, or `first` where they restart.

    Args:
        state: what `predict` returned, or None.
        episode_start: `(N,)` bool, or None.
        num_envs: N.
        first: `p(s_0)`, `(K,)` each.
        name: of the argument that `state` was.

    Raises:
        ValueError: a shape is wrong, `state` holds no beliefs, or `episode_start` is neither true
            nor false.
    """
    if state is None:
        prior = tuple(np.tile(belief, (num_envs, 1)) for belief in first)
    elif not isinstance(state, tuple | list) or len(state) != len(first):
        count = f" of {len(state)}" if hasattr(state, "__len__") else ""
        raise ValueError(
            f"state must be what predict returned, a tuple of {len(first)} arrays, got "
            f"{type(state).__name__}{count}"
        )
    else:
        pairs = zip(state, first)
        prior = tuple(checked_beliefs(one, (num_envs, len(D)), name) for one, D in pairs)
    if episode_start is None:
        return prior
    restart = checked_starts(episode_start, num_envs)
    if not np.count_nonzero(restart):
        return prior
    return tuple(np.where(restart[:, None], D, belief) for D, belief in zip(first, prior))


def checked_beliefs(given, shape: tuple[int, int], name: str = "state") -> np.ndarray:
    """`given` as float32 beliefs of that shape; ValueError where it holds none."""
    if type(given) is not np.ndarray or given.dtype != np.float32:
        with np.errstate(over="ignore"):
            given = as_numbers(given, name).astype(np.float32)
    if given.shape != shape:
        raise ValueError(f"{name} must hold beliefs {shape}, got {given.shape}")
    total = np.add.reduce(given, axis=1)
    # Written so that a NaN fails.
    if given.size and not (given.min() >= 0 and np.abs(total - 1).max() <= TOLERANCE):
        raise ValueError(
            f"{name} must hold beliefs that are finite, not negative and sum to 1, as those are "
            "that predict returns"
        )
    return given


def checked_starts(given, num_envs: int) -> np.ndarray:
    """`episode_start` as `(N,)` bool; ValueError where it is neither true nor false."""
    if type(given) is not np.ndarray or given.dtype != bool:
        given = as_numbers(given, "episode_start")
        if not ((given == 0) | (given == 1)).all():
            raise ValueError("episode_start must be true or false for each environment")
        given = given.astype(bool)
    if given.shape != (num_envs,):
        if given.shape or num_envs != 1:
            raise ValueError(f"episode_start must have shape ({num_envs},), got {given.shape}")
        return given.reshape(1)
    return given


def check_rollout(env, num_envs: int, num_steps: int) -> None:
    """Raises TypeError where `env` lacks what `rollout` calls, ValueError for a count below 1."""
    missing = [name for name in ("reset", "step", "reward") if not hasattr(env, name)]
    if missing:
        raise TypeError(
            f"env must be a JAX environment such as JaxLineWorld(world), {type(env).__name__} "
            f"has no {' and no '.join(missing)}"
        )
    for name, count in (("num_envs", num_envs), ("num_steps", num_steps)):
        if count < 1:
            raise ValueError(f"{name} must be at least 1, got {count}")
