"""The memory that `predict` is given, and the arguments of `rollout`, checked."""

import numpy as np


def _all(flags: np.ndarray) -> bool:
    """`flags.all()`; counting is several times as fast for the few that a decision has."""
    return np.count_nonzero(flags) == flags.size


def checked_prior(
    state, episode_start, num_envs: int, first: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, ...]:
    """`p(s_t | past)`, `(N, K)` each: the beliefs in `state`, or `first` where they restart.

    Args:
        state: what `predict` returned, or None.
        episode_start: `(N,)` bool, or None.
        num_envs: N.
        first: `p(s_0)`, `(K,)` each.

    Raises:
        ValueError: a shape is wrong.
    """
    if state is None:
        prior = tuple(np.tile(belief, (num_envs, 1)) for belief in first)
    elif len(state) != len(first):
        raise ValueError(f"state must be what predict returned, got {len(state)} arrays")
    else:
        prior = tuple(_checked_beliefs(one, (num_envs, len(D))) for one, D in zip(state, first))
    if episode_start is None:
        return prior
    restart = np.asarray(episode_start, dtype=bool).reshape(-1)
    if restart.shape != (num_envs,):
        raise ValueError(f"episode_start must have shape ({num_envs},), got {restart.shape}")
    if not np.count_nonzero(restart):
        return prior
    return tuple(np.where(restart[:, None], D, belief) for D, belief in zip(first, prior))


def _checked_beliefs(given, shape: tuple[int, int]) -> np.ndarray:
    beliefs = np.asarray(given, dtype=np.float32)
    if beliefs.shape != shape:
        raise ValueError(f"state must hold beliefs {shape}, got {beliefs.shape}")
    if not _all((beliefs >= 0) & (beliefs < np.inf)):
        raise ValueError("state must hold beliefs that are finite and not negative")
    return beliefs


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
