"""Episodes of symbols, actions and outcomes, as models of memory are fitted to them."""

import dataclasses
import functools
from typing import NamedTuple

import numpy as np

from ..world_model.experience import Experience

# Rewards that agree to so many decimals are one; more different ones than this are averaged.
DECIMALS, MOST_REWARDS = 5, 12


@dataclasses.dataclass(frozen=True)
class Episodes:
    """N episodes of at most T steps, the longest first; an outcome is a reward and whether it ends.

    Attributes:
        symbols: `(N, T + 1)` int, what was observed, 0 where nothing was.
        actions: `(N, T)` int.
        outcomes: `(N, T)` int, numbers of outcomes.
        lengths: `(N,)` int, steps of each.
        ended: `(N,)` bool, the last step ended it, so that what is observed after it is not used.
        rewards: `(Y,)`, reward of each outcome.
        closes: `(Y,)` bool, whether the outcome ends an episode.
        values: `(O,)` int64, the observation that each symbol stands for.
        num_actions: U.
    """

    symbols: np.ndarray
    actions: np.ndarray
    outcomes: np.ndarray
    lengths: np.ndarray
    ended: np.ndarray
    rewards: np.ndarray
    closes: np.ndarray
    values: np.ndarray
    num_actions: int

    @property
    def num_symbols(self) -> int:
        """O."""
        return len(self.values)

    @property
    def num_outcomes(self) -> int:
        """Y."""
        return len(self.rewards)

    @functools.cached_property
    def steps(self) -> np.ndarray:
        """`(N, T)` bool, where something was done."""
        return np.arange(self.actions.shape[1]) < self.lengths[:, None]

    @functools.cached_property
    def goes_on(self) -> np.ndarray:
        """`(N, T)` bool, steps after which something was observed that counts."""
        last = np.arange(self.actions.shape[1]) == self.lengths[:, None] - 1
        return self.steps & ~(last & self.ended[:, None])

    @functools.cached_property
    def moves(self) -> "Moves":
        """Steps that go on, sorted by action and symbols."""
        places = np.flatnonzero(self.goes_on)
        both = self.symbols[:, :-1].ravel()[places], self.symbols[:, 1:].ravel()[places]
        sizes = self.num_actions, self.num_symbols, self.num_symbols
        keys = np.ravel_multi_index((self.actions.ravel()[places], *both), sizes)
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
        return Moves(places[order], starts, keys[order][starts])

    def take(self, index: np.ndarray) -> "Episodes":
        """The episodes at `index`, which must ascend."""
        names = ("symbols", "actions", "outcomes", "lengths", "ended")
        return dataclasses.replace(self, **{name: getattr(self, name)[index] for name in names})


class Moves(NamedTuple):
    """Steps that go on, those of an action, a symbol and a next symbol together.

    Attributes:
        places: `(M,)` int, of the flattened `(N, T)`.
        starts: `(G,)` int, where another group begins.
        keys: `(G,)` int, of the flattened `(U, O, O)`.
    """

    places: np.ndarray
    starts: np.ndarray
    keys: np.ndarray


def episodes_of(experience: Experience) -> Episodes:
    """Episodes of recorded steps whose observations are one whole number each."""
    values = np.unique(experience.visited[:, 0]).astype(np.int64)
    outcomes, rewards, closes = outcome_classes(experience.rewards, experience.ended)
    first = experience.first_steps
    lengths = np.diff(np.append(first, len(experience)))
    order = np.argsort(-lengths, kind="stable")
    first, lengths = first[order], lengths[order]
    places = np.arange(lengths[0])
    inside = places < lengths[:, None]
    steps = np.where(inside, first[:, None] + places, 0)
    before = np.searchsorted(values, experience.observations[:, 0].astype(np.int64))
    after = np.searchsorted(values, experience.next_observations[:, 0].astype(np.int64))
    last = first + lengths - 1
    after = np.where(experience.ended, 0, np.minimum(after, len(values) - 1))
    symbols = np.pad(np.where(inside, before[steps], 0), ((0, 0), (0, 1)))
    symbols[np.arange(len(first)), lengths] = after[last]
    return Episodes(
        symbols,
        np.where(inside, experience.actions[steps], 0),
        np.where(inside, outcomes[steps], 0),
        lengths,
        experience.ended[last],
        rewards,
        closes,
        values,
        experience.num_actions,
    )


def outcome_classes(
    rewards: np.ndarray, ended: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers of outcomes `(M,)`, and the reward of each and whether it ends, `(Y,)`."""
    rounded = np.round(rewards, DECIMALS)
    levels = np.unique(rounded)
    if len(levels) > MOST_REWARDS:
        edges = np.quantile(rounded, np.linspace(0, 1, MOST_REWARDS + 1)[1:-1])
        group = np.searchsorted(np.unique(edges), rounded, side="right")
        sums, counts = np.bincount(group, rounded), np.bincount(group)
        rounded = (sums / np.maximum(counts, 1))[group]
    pairs = np.stack([rounded, ended], axis=1)
    classes, numbers = np.unique(pairs, axis=0, return_inverse=True)
    return numbers.ravel(), classes[:, 0], classes[:, 1] > 0
