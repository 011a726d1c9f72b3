"""What was observed, done and received, step by step; no hidden state inside."""

import dataclasses

import numpy as np

from ....agents.world_model.memory import action_codes


@dataclasses.dataclass(frozen=True)
class Experience:
    """N raw steps; those of an episode are neighbours, in order.

    Attributes:
        observations: `(N, D)` float64, `x_t`.
        actions: `(N,)` int, `a_t`.
        rewards: `(N,)` float64.
        next_observations: `(N, D)` float64, `x_{t+1}`, of the last step too.
        ended: `(N,)` bool, the episode terminated (a time limit does not count).
        episodes: `(N,)` int, a number for each episode, ascending.
        rounds: `(N,)` int, the round of learning in which the step was taken.
        num_actions: U.
    """

    observations: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    next_observations: np.ndarray
    ended: np.ndarray
    episodes: np.ndarray
    rounds: np.ndarray
    num_actions: int

    def __len__(self) -> int:
        return len(self.actions)

    @property
    def visited(self) -> np.ndarray:
        """`(N + E, D)`, all observations, the last ones of episodes too."""
        last = np.append(self.episodes[1:] != self.episodes[:-1], True)
        return np.concatenate([self.observations, self.next_observations[last | self.ended]])

    @property
    def first_steps(self) -> np.ndarray:
        """`(E,)` int, the first step of each episode."""
        return np.flatnonzero(np.append(True, self.episodes[1:] != self.episodes[:-1]))

    @property
    def reward_scale(self) -> float:
        """The largest absolute reward; 1 where there was none."""
        return float(np.abs(self.rewards).max(initial=0.0)) or 1.0

    def take(self, index: np.ndarray) -> "Experience":
        """The steps at `index`."""
        names = [f.name for f in dataclasses.fields(self) if f.name != "num_actions"]
        return dataclasses.replace(self, **{name: getattr(self, name)[index] for name in names})


def with_history(experience: Experience, length: int) -> Experience:
    """Each observation beside the `length - 1` observations and actions before it.

    At the start of an episode the first observation stands in for those that are missing, and the
    actions are zero. An action is one-hot without its first entry, minus its mean.
    """
    if length == 1:
        return experience
    step = np.arange(len(experience))
    first = np.searchsorted(experience.episodes, experience.episodes)
    codes = action_codes(experience.num_actions)
    before = [experience.observations]
    after = [experience.next_observations]
    for lag in range(1, length):
        past = step - lag
        inside = past >= first
        before.append(experience.observations[np.maximum(past, first)])
        after.append(experience.observations[np.maximum(past + 1, first)])
        coded = codes[experience.actions]
        before.append(np.where(inside[:, None], coded[np.maximum(past, 0)], 0.0))
        latest = past + 1 >= first
        after.append(np.where(latest[:, None], coded[past + 1], 0.0))
    return dataclasses.replace(
        experience,
        observations=np.concatenate(before, axis=1),
        next_observations=np.concatenate(after, axis=1),
    )


def joined(parts: list[Experience]) -> Experience:
    """One experience of several; each begins with an episode of its own."""
    offsets = np.cumsum([0, *(part.episodes[-1] + 1 for part in parts[:-1])])
    numbered = [
        dataclasses.replace(part, episodes=part.episodes + offset)
        for part, offset in zip(parts, offsets)
    ]
    names = [f.name for f in dataclasses.fields(Experience) if f.name != "num_actions"]
    arrays = {name: np.concatenate([getattr(p, name) for p in numbered]) for name in names}
    return Experience(**arrays, num_actions=parts[0].num_actions)
