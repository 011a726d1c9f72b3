"""What `predict` is given, checked and brought into shape."""

import numpy as np

from .generative_model import GenerativeModel


def checked_observations(observation: np.ndarray, dim: int) -> np.ndarray:
    """Observations as `(N, D)` float32.

    Raises:
        ValueError: the shape is neither `(D,)` nor `(N, D)`, or a value is not finite.
    """
    try:
        with np.errstate(over="ignore"):  # what is too large for float32 is refused below
            observations = np.asarray(observation, dtype=np.float32)
    except TypeError:
        raise ValueError(f"observation must be an array, got {type(observation)}") from None
    if observations.ndim not in (1, 2) or observations.shape[-1] != dim:
        raise ValueError(
            f"observation must have shape ({dim},) or (N, {dim}), got {observations.shape}"
        )
    if not np.isfinite(observations).all():
        bad = observations[~np.isfinite(observations).all(axis=-1)].reshape(-1, dim)[0]
        raise ValueError(f"observation must be finite, got {bad.tolist()}")
    return observations.reshape(-1, dim)


def checked_memory(
    state, episode_start, num_envs: int, model: GenerativeModel
) -> tuple[np.ndarray, np.ndarray]:
    """The beliefs `(N, K)` in `state`, or the model's D, and where they restart, `(N,)` bool.

    Raises:
        ValueError: a shape is wrong.
    """
    if state is None:
        prior = np.broadcast_to(model.D, (num_envs, model.num_states))
    else:
        if len(state) != 1:
            raise ValueError(f"state must be what predict returned, got {len(state)} arrays")
        prior = np.asarray(state[0], dtype=np.float32)
        if prior.shape != (num_envs, model.num_states):
            allowed = f"({num_envs}, {model.num_states})"
            raise ValueError(f"state must hold beliefs {allowed}, got {prior.shape}")
        if not (prior.min(initial=0.0) >= 0 and np.isfinite(prior.sum())):
            raise ValueError("state must hold beliefs that are finite and not negative")
    if episode_start is None:
        return prior, np.zeros(num_envs, dtype=bool)
    restart = np.asarray(episode_start, dtype=bool).reshape(-1)
    if restart.shape != (num_envs,):
        raise ValueError(f"episode_start must have shape ({num_envs},), got {restart.shape}")
    return prior, restart
