"""Prefixes of policies, those that lead to the same states taken as one.

Up and then right leads where right and then up does, and waiting leads nowhere: of the 19,530
prefixes of 5 actions and up to 6 steps on a grid of 5 x 7 cells 376 differ.
"""

import functools
import math
from collections.abc import Sequence

import numpy as np

# Matrices that agree to so many decimals are one: their values then agree as closely.
DECIMALS = 6
# What computing a logarithm costs, in multiplications of a matrix product.
OPERATIONS_OF_A_LOGARITHM = 8


class Prefixes:
    """Which prefixes of policies of L steps are the same; hashable, and equal to its like.

    Attributes:
        levels: for each length 1 to L the numbers of its different prefixes, `(n_l,)` int32.
        children: for each length 0 to L - 1, of each of its different prefixes and next action the
            place among those of the next length, `(n_l, U)` int32; the empty prefix comes first.
        num_different: Q.
        is_tree: whether all prefixes differ.
    """

    def __init__(self, levels: Sequence[np.ndarray], children: Sequence[np.ndarray]) -> None:
        self.levels, self.children = tuple(levels), tuple(children)
        num_actions = children[0].shape[1]
        self.num_different = 1 + int(max(map(np.max, levels)))
        self.is_tree = self.num_different == sum(num_actions ** (n + 1) for n in range(len(levels)))
        self._key = tuple(array.tobytes() for array in (*self.levels, *self.children))

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Prefixes) and self._key == other._key

    @functools.cached_property
    def by_length(self) -> tuple[np.ndarray, ...]:
        """For each length the number of each prefix of all policies, in the order of pymdp."""
        place, found = np.zeros(1, int), []
        for nodes, next_places in zip(self.levels, self.children):
            place = next_places[place].reshape(-1)
            found.append(nodes[place])
        return tuple(found)

    @functools.cached_property
    def of_policies(self) -> np.ndarray:
        """`(policies, L)`, the numbers of each policy's prefixes, in the order of pymdp."""
        count = len(self.by_length[-1])
        return np.stack([np.repeat(n, count // len(n)) for n in self.by_length], axis=1)


def different_prefixes(
    B: np.ndarray,
    policy_len: int,
    at_most: float = math.inf,
    gains: np.ndarray | None = None,
) -> tuple[Prefixes, np.ndarray, np.ndarray | None]:
    """The prefixes of all policies of a length.

    Args:
        B: `(K, K, U)`, `p(next | current, action)`.
        policy_len: L.
        at_most: more different ones than this are too many.
        gains: `(K, U)`, what an action brings in a state; prefixes whose last actions bring
            different things are different. None: nothing.

    Returns:
        Which are the same; `p(s_{t+n} | s_t, prefix)` of the Q different ones, `(Q, K, K)`
        float32; and what their last actions bring, `(Q, K)` for each `s_t`, or None.

    Raises:
        MemoryError: there are more.
    """
    steps = np.moveaxis(B, -1, 0)
    known: dict[bytes, int] = {}
    matrices: list[np.ndarray] = []
    brought: list[np.ndarray] = []
    own = np.zeros((len(steps), len(B)), np.float32) if gains is None else gains.T
    levels, children = [], []
    before = [np.eye(len(B), dtype=np.float32)]
    for _ in range(policy_len):
        level: dict[int, int] = {}
        places = []
        for reached in before:
            longer, news = steps @ reached, own @ reached
            # Adding 0 makes one of the two zeros.
            keys = np.concatenate([longer, news[:, None]], axis=1)
            for matrix, new, key in zip(longer, news, np.round(keys, DECIMALS) + 0.0):
                node = known.setdefault(key.tobytes(), len(matrices))
                if node == len(matrices):
                    matrices.append(matrix)
                    brought.append(new)
                places.append(level.setdefault(node, len(level)))
            if len(matrices) > at_most:
                raise MemoryError(f"more than {at_most} different prefixes")
        children.append(np.array(places, np.int32).reshape(len(before), -1))
        levels.append(np.array(list(level), np.int32))
        before = [matrices[node] for node in level]
    last = None if gains is None else np.stack(brought)
    return Prefixes(levels, children), np.stack(matrices), last


def shared_rows(outcomes: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """The distributions of outcomes that differ, where that is worth while.

    Args:
        outcomes: `(O, Q, K)`, `p(o | s_now, prefix)`.

    Returns:
        `(R, K)` rows, and `(Q, R)` how often each prefix has each of them; or all `(O Q, K)`, and
        None, where too few are the same.
    """
    num_outcomes, num_prefixes, num_states = outcomes.shape
    flat = outcomes.reshape(-1, num_states)
    if not len(flat):
        return flat, None
    rounded = np.round(flat, DECIMALS) + 0.0
    _, first, place = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
    saved = len(flat) - len(first)
    if num_prefixes * len(first) > OPERATIONS_OF_A_LOGARITHM * saved:
        return flat, None
    uses = np.zeros((num_prefixes, len(first)), np.float32)
    np.add.at(uses, (np.tile(np.arange(num_prefixes), num_outcomes), place.reshape(-1)), 1)
    return flat[first], uses
