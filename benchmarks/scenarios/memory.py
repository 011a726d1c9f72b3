"""Small tasks in which one observation does not tell the state, Gymnasium environments each."""

import gymnasium as gym
import numpy as np

MOVES = ((-1, 0), (1, 0), (0, -1), (0, 1))


class AliasedRoom(gym.Env):
    """An empty room in which only the walls beside one's cell are seen; a goal inside is not.

    Observations: 9, which of the upper and lower, left and right walls is near; all cells inside
    look the same. Actions: up, down, left, right. Reward 1 on entering the goal, which ends the
    episode. Episodes begin in any other cell.

    Args:
        size: rows and columns.
        goal: row and column.
    """

    observation_space = gym.spaces.Discrete(9)
    action_space = gym.spaces.Discrete(4)

    def __init__(self, size: tuple[int, int] = (5, 6), goal: tuple[int, int] = (1, 4)) -> None:
        self.size, self.goal = size, goal
        self.cell = goal

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        """Begins in any cell but the goal."""
        super().reset(seed=seed)
        rows, columns = self.size
        while True:
            self.cell = int(self.np_random.integers(rows)), int(self.np_random.integers(columns))
            if self.cell != self.goal:
                return self._seen(), {}

    def step(self, action):
        """Moves, unless there is a wall."""
        moved = (place + by for place, by in zip(self.cell, MOVES[int(action)]))
        row, column = (min(max(place, 0), n - 1) for place, n in zip(moved, self.size))
        self.cell = row, column
        found = self.cell == self.goal
        return self._seen(), float(found), found, False, {}

    def _seen(self) -> int:
        return int(np.ravel_multi_index([_near(*at) for at in zip(self.cell, self.size)], (3, 3)))


class CuedArms(gym.Env):
    """A cue that can be looked at again and again, and two arms that end the episode.

    Observations: start, cue says left, cue says right, left arm, right arm. Action k goes to:
    start, cue, left arm, right arm. Reward 1 in the right one, -1 in the other.

    Args:
        reliability: how often a look at the cue is right.
    """

    observation_space = gym.spaces.Discrete(5)
    action_space = gym.spaces.Discrete(4)

    def __init__(self, reliability: float = 1.0) -> None:
        self._reliability = reliability

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        """Draws the arm that pays."""
        super().reset(seed=seed)
        self._paying = int(self.np_random.integers(2))
        return 0, {}

    def step(self, action):
        """Goes there."""
        if action == 0:
            return 0, 0.0, False, False, {}
        if action == 1:
            is_right = self.np_random.random() < self._reliability
            return 1 + (self._paying if is_right else 1 - self._paying), 0.0, False, False, {}
        return 1 + int(action), 1.0 if action - 2 == self._paying else -1.0, True, False, {}


class CueCorridor(gym.Env):
    """A cue at one end of a corridor, two arms at the other (Bakker 2002).

    Observations: cue left, cue right, corridor, junction. Actions: forward, back, left, right; the
    last two do nothing before the junction. Reward 1 in the arm of the cue, -1 in the other.

    Args:
        length: cells from the cue to the junction.
    """

    observation_space = gym.spaces.Discrete(4)
    action_space = gym.spaces.Discrete(4)

    def __init__(self, length: int = 6) -> None:
        self._length = length

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        """Begins beside the cue."""
        super().reset(seed=seed)
        self._place, self._cue = 0, int(self.np_random.integers(2))
        return self._seen(), {}

    def step(self, action):
        """Moves, or turns into an arm."""
        if action >= 2 and self._place == self._length:
            return 3, 1.0 if action - 2 == self._cue else -1.0, True, False, {}
        if action < 2:
            self._place = min(max(self._place + (1, -1)[int(action)], 0), self._length)
        return self._seen(), 0.0, False, False, {}

    def _seen(self) -> int:
        return self._cue if self._place == 0 else 3 if self._place == self._length else 2


class LastSymbol(gym.Env):
    """Symbols come and go, blanks between them: what was the last one, or how many were of a kind?

    Observations: blank (in 70 % of the steps), and two symbols. Actions: 0 or 1. The reward of each
    of 30 steps is 1/30 where the action is right, else -1/30.

    Args:
        parity: whether to tell if the first symbol was there an odd number of times (action 1),
            in place of which symbol was the last.
    """

    observation_space = gym.spaces.Discrete(3)
    action_space = gym.spaces.Discrete(2)
    steps = 30

    def __init__(self, parity: bool = False) -> None:
        self._parity = parity

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        """Begins with a symbol."""
        super().reset(seed=seed)
        self._asked = 0
        return self._shown(1 + int(self.np_random.integers(2))), {}

    def step(self, action):
        """Judges the action, then shows what comes next."""
        reward = (1 if action == self._asked else -1) / self.steps
        blank = self.np_random.random() < 0.7
        symbol = 0 if blank else 1 + int(self.np_random.integers(2))
        return self._shown(symbol), reward, False, False, {}

    def _shown(self, symbol: int) -> int:
        if self._parity:
            self._asked ^= symbol == 1
        elif symbol:
            self._asked = symbol - 1
        return symbol


def _near(place: int, size: int) -> int:
    return 0 if place == 0 else 2 if place == size - 1 else 1
