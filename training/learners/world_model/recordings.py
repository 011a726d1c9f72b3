"""Steps that somebody else recorded, as experience."""

import numpy as np

from ...data.trajectories import Trajectories
from .experience import Experience


def recorded(
    observations: np.ndarray,
    actions: np.ndarray,
    rewards: np.ndarray,
    next_observations: np.ndarray,
    terminated: np.ndarray,
    truncated: np.ndarray,
    num_actions: int,
) -> Experience:
    """Experience from arrays of N steps in the order in which they were taken.

    Args:
        observations: `(N, ...)`.
        actions: `(N,)` int, `0 .. num_actions - 1`.
        rewards: `(N,)`.
        next_observations: `(N, ...)`, of the last step of an episode too.
        terminated: `(N,)` bool.
        truncated: `(N,)` bool, whether the episode stopped for another reason.
        num_actions: U.

    Raises:
        ValueError: lengths differ, there are no steps, a value is not finite, or an action is
            outside of its range.
    """
    given = {
        "observations": np.asarray(observations, float),
        "actions": np.asarray(actions, int),
        "rewards": np.asarray(rewards, float),
        "next_observations": np.asarray(next_observations, float),
        "ended": np.asarray(terminated, bool),
    }
    stops = given["ended"] | np.asarray(truncated, bool)
    count, lengths = len(given["actions"]), {name: len(array) for name, array in given.items()}
    if not count or len(set(lengths.values())) > 1:
        raise ValueError(f"recordings need as many of each, and at least one step, got {lengths}")
    flat = ("observations", "next_observations")
    arrays = {n: a.reshape(count, -1) if n in flat else a.reshape(-1) for n, a in given.items()}
    for name in ("observations", "rewards", "next_observations"):
        if not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name} must be finite")
    low, high = arrays["actions"].min(), arrays["actions"].max()
    if low < 0 or high >= num_actions:
        raise ValueError(f"actions must be in 0..{num_actions - 1}, got {low}..{high}")
    episodes = np.append(0, np.cumsum(stops)[:-1])
    rounds = (np.arange(count) >= 0.8 * count).astype(int)
    return Experience(**arrays, episodes=episodes, rounds=rounds, num_actions=num_actions)


def from_trajectories(data: Trajectories, ended: np.ndarray | None = None) -> Experience:
    """Experience from trajectories with rewards.

    Args:
        data: N sequences; rewards must have been recorded.
        ended: `(N,)` bool, which sequences ended because their episode terminated; None for none.

    Raises:
        ValueError: there are no rewards.
    """
    if data.rewards is None:
        raise ValueError("trajectories need rewards: collect(..., record_rewards=True)")
    mask = np.asarray(data.mask)
    steps = mask[:, 1:]
    last = steps & ~np.pad(steps[:, 1:], ((0, 0), (0, 1)))
    flags = np.zeros(len(mask), bool) if ended is None else np.asarray(ended, bool)
    observations = np.asarray(data.observations)
    return recorded(
        observations[:, :-1][steps],
        np.asarray(data.actions)[:, :-1][steps],
        np.asarray(data.rewards)[:, :-1][steps],
        observations[:, 1:][steps],
        (last & flags[:, None])[steps],
        last[steps],
        data.num_actions,
    )


def from_replay_buffer(buffer) -> Experience:
    """Experience from a `ReplayBuffer` of Stable-Baselines3, each of its environments in turn.

    Of a buffer with `optimize_memory_usage` the next observations are not stored: it is refused.

    Raises:
        ValueError: it is empty, or does not store next observations.
    """
    if getattr(buffer, "optimize_memory_usage", False):
        raise ValueError("the buffer must store next observations: optimize_memory_usage=False")
    size = buffer.buffer_size if buffer.full else buffer.pos
    # The oldest step first: a full buffer goes round.
    order = np.roll(np.arange(size), -buffer.pos if buffer.full else 0)
    dones, timeouts = buffer.dones[order] > 0, buffer.timeouts[order] > 0
    stops = dones.copy()
    if size:
        stops[-1] = True  # another environment's steps follow
    columns = (
        buffer.observations[order],
        buffer.actions[order][..., 0] - buffer.action_space.start,
        buffer.rewards[order],
        buffer.next_observations[order],
        dones & ~timeouts,
        stops,
    )
    swapped = (column.swapaxes(0, 1) for column in columns)
    flat = (column.reshape(-1, *column.shape[2:]) for column in swapped)
    return recorded(*flat, num_actions=int(buffer.action_space.n))


def from_minari(dataset) -> Experience:
    """Experience from a Minari dataset: anything with `iterate_episodes()` and `action_space`.

    Its episodes have one observation more than actions, and `terminations`, `truncations`.
    """
    episodes = list(dataset.iterate_episodes())
    columns = (
        np.concatenate([np.asarray(e.observations)[:-1] for e in episodes]),
        np.concatenate([e.actions for e in episodes]) - getattr(dataset.action_space, "start", 0),
        np.concatenate([e.rewards for e in episodes]),
        np.concatenate([np.asarray(e.observations)[1:] for e in episodes]),
        np.concatenate([e.terminations for e in episodes]),
        np.concatenate([_stops(len(e.actions)) for e in episodes]),
    )
    return recorded(*columns, num_actions=int(dataset.action_space.n))


def _stops(length: int) -> np.ndarray:
    return np.arange(length) == length - 1
