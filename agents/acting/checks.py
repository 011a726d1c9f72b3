"""The memory that `predict` is given, and the arguments of `rollout`, checked."""

import numpy as np

from ..models.generative_model import GenerativeModel


def _all(flags: np.ndarray) -> bool:
    """`flags.all()`; counting is several times as fast for the few that a decision has."""
    return np.count_nonzero(flags) == flags.size


def checked_prior(state, episode_start, num_envs: int, model: GenerativeModel) -> np.ndarray:
    """`p(s_t | past)`, `(N, K)`: the beliefs in `state`, or the model's D where they restart.

    Raises:
        ValueError: a shape is wrong.
    """
    if state is None:
        prior = np.tile(model.D, (num_envs, 1))
    else:
        prior = _checked_beliefs(state, (num_envs, model.num_states))
    if episode_start is None:
        return prior
    restart = np.asarray(episode_start, dtype=bool).reshape(-1)
    if restart.shape != (num_envs,):
        raise ValueError(f"episode_start must have shape ({num_envs},), got {restart.shape}")
    return np.where(restart[:, None], model.D, prior) if np.count_nonzero(restart) else prior


def _checked_beliefs(state, shape: tuple[int, int]) -> np.ndarray:
    if len(state) != 1:
        raise ValueError(f"state must be what predict returned, got {len(state)} arrays")
    beliefs = np.asarray(state[0], dtype=np.float32)
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
