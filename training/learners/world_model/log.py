"""The steps of a round as they come in, from N environments side by side."""

import numpy as np

from .experience import Experience


class StepLog:
    """Collects a round.

    Args:
        num_actions: U.
        number: of the round.
    """

    def __init__(self, num_actions: int, number: int) -> None:
        self._num_actions, self._number = num_actions, number
        self._steps: list[tuple[np.ndarray, ...]] = []

    def add(self, observations, actions, rewards, next_observations, ended, starts, valid) -> None:
        """One step in each environment: arrays `(N, ...)`.

        Args:
            observations: `(N, D)`, and so the others.
            actions: numbers.
            rewards: of the step.
            next_observations: after it.
            ended: whether the episode terminated.
            starts: whether it began with this step.
            valid: false where the environment was reset in place of acting.
        """
        self._steps.append(
            (observations, actions, rewards, next_observations, ended, starts, valid)
        )

    def experience(self) -> Experience:
        """All steps, those of an environment together."""
        columns = [np.stack(column, axis=1) for column in zip(*self._steps)]
        columns = [column.reshape(-1, *column.shape[2:]) for column in columns]
        observations, actions, rewards, next_observations, ended, starts, valid = columns
        starts = starts.copy()
        starts[:: len(self._steps)] = True
        episodes = np.cumsum(starts) - 1
        recorded = Experience(
            observations,
            actions.astype(int),
            rewards.astype(float),
            next_observations,
            ended.astype(bool),
            episodes,
            np.full(len(actions), self._number),
            self._num_actions,
        )
        return recorded.take(np.flatnonzero(valid))
