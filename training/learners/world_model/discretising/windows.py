"""Windows of equal actions: what holding an action for some steps did."""

import dataclasses

import numpy as np

from ..experience import Experience


@dataclasses.dataclass(frozen=True)
class Windows:
    """All stretches of `length` steps with one action, overlapping ones too.

    A stretch that ended an episode before its last step counts: what comes after is absorbing.

    Attributes:
        start: `(W,)` int, first step.
        last: `(W,)` int, last step.
        action: `(W,)` int.
        rewards: `(W,)` float64, discounted sum.
        ended: `(W,)` bool.
        length: in steps.
    """

    start: np.ndarray
    last: np.ndarray
    action: np.ndarray
    rewards: np.ndarray
    ended: np.ndarray
    length: int

    def of_action(self, action: int) -> "Windows":
        """Those of one action."""
        keep = self.action == action
        names = ("start", "last", "action", "rewards", "ended")
        return dataclasses.replace(self, **{name: getattr(self, name)[keep] for name in names})


def equal_action_windows(experience: Experience, length: int, discount: float) -> Windows:
    """The windows of one length.

    Args:
        experience: N steps.
        length: in steps, at least 1.
        discount: of a step.
    """
    count = len(experience)
    step = np.arange(count)
    complete, alive = np.ones(count, bool), np.ones(count, bool)
    rewards, last = np.zeros(count), step.copy()
    for offset in range(length):
        now = np.minimum(step + offset, count - 1)
        same = (step + offset < count) & (experience.episodes[now] == experience.episodes)
        same &= experience.actions[now] == experience.actions
        complete &= same | ~alive
        goes_on = alive & same
        rewards[goes_on] += discount**offset * experience.rewards[now[goes_on]]
        last[goes_on] = now[goes_on]
        alive &= ~(goes_on & experience.ended[now])
    start = np.flatnonzero(complete)
    return Windows(
        start,
        last[start],
        experience.actions[start],
        rewards[start],
        experience.ended[last[start]],
        length,
    )
