"""Dirichlet counts over states that are seen as they are."""

import numpy as np
from scipy import sparse


class Growing:
    """Rows that are there when they are asked for.

    Args:
        width: of a row.
        fill: what a new row holds.
    """

    def __init__(self, width: int, fill: float = 0.0) -> None:
        self._array, self._fill = np.full((64, width), float(fill)), float(fill)

    def row(self, index: int) -> np.ndarray:
        """`(width,)`, a view."""
        return self.rows(index + 1)[index]

    def rows(self, count: int) -> np.ndarray:
        """`(count, width)`, a view."""
        while count > len(self._array):
            self._array = np.concatenate([self._array, np.full_like(self._array, self._fill)])
        return self._array[:count]


class Counts:
    """How often each action led where, of the states seen so far.

    Args:
        num_actions: U.
    """

    def __init__(self, num_actions: int) -> None:
        self.num_actions = num_actions
        self._numbers: dict[tuple[int, ...], int] = {}
        # Of each pair `state U + action` tried: how often each state followed; -1 is the end.
        self._following: dict[int, dict[int, int]] = {}
        self._tried = Growing(num_actions)
        self._rewards = Growing(num_actions)
        self.largest_reward, self.least_reward = 0.0, 0.0

    @property
    def num_states(self) -> int:
        """K, states seen so far."""
        return len(self._numbers)

    @property
    def tried(self) -> np.ndarray:
        """`(K, U)`, how often each action was taken in each state."""
        return self._tried.rows(self.num_states)

    @property
    def rewards(self) -> np.ndarray:
        """`(K, U)`, mean reward of what was tried; 0 else."""
        return self._rewards.rows(self.num_states) / np.maximum(self.tried, 1)

    @property
    def scale(self) -> float:
        """The largest absolute reward; 1 where there was none."""
        return max(self.largest_reward, -self.least_reward) or 1.0

    def state(self, observation) -> int:
        """The number of an observation's state; a new one where it was never seen."""
        return self._numbers.setdefault(observation, len(self._numbers))

    def observations(self) -> list:
        """What was observed in each state, by their numbers."""
        return list(self._numbers)

    def add(self, state: int, action: int, reward: float, following: int, ended: bool) -> None:
        """Counts one step; `following` plays no part where the episode ended."""
        self._tried.row(state)[action] += 1
        self._rewards.row(state)[action] += reward
        self.largest_reward = max(self.largest_reward, reward)
        self.least_reward = min(self.least_reward, reward)
        outcomes = self._following.setdefault(state * self.num_actions + action, {})
        following = -1 if ended else following
        outcomes[following] = outcomes.get(following, 0) + 1

    def of_pair(self, state: int, action: int) -> tuple[float, float, dict[int, int]]:
        """Tries and mean reward of a pair, and how often each state followed; -1 is the end."""
        tried = self._tried.row(state)[action]
        outcomes = self._following[state * self.num_actions + action]
        return tried, self._rewards.row(state)[action] / tried, outcomes

    def probabilities(self) -> tuple[sparse.csr_array, np.ndarray]:
        """`(K U, K)`, how likely each next state is; `(K, U)`, outcomes seen.

        What ends the episode is an outcome, but no state: such rows sum to less than 1.
        """
        rows, columns, times = [], [], []
        for pair, outcomes in self._following.items():
            rows += [pair] * len(outcomes)
            columns += outcomes.keys()
            times += outcomes.values()
        rows, columns = np.array(rows, int), np.array(columns, int)
        share = np.array(times, float) / self.tried.ravel()[rows]
        goes_on = columns >= 0
        size = (self.num_states * self.num_actions, self.num_states)
        where = (rows[goes_on], columns[goes_on])
        seen = np.bincount(rows, minlength=size[0]).reshape(-1, self.num_actions)
        return sparse.csr_array((share[goes_on], where), shape=size), seen
