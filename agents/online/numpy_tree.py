"""All policies of a model that was learned, weighed in NumPy for one belief at a time."""

from typing import Any

import numpy as np

from ..numpy_maths import first_best, log, xlogx


class NumpyTree:
    """`planning.belief_tree.BeliefTree` for a model that many decisions share.

    What a prefix of actions does to any belief is computed once, which pays from the second
    decision on.

    Args:
        joint: a `JointModel`, for its preferences and settings.
        A: `(O, K)`, modalities one below the other.
        B: `(K, K, U)`.
        novelty: `(K, U)`, nats that an action in a state tells about A and B, or None.
    """

    def __init__(
        self, joint: Any, A: np.ndarray, B: np.ndarray, novelty: np.ndarray | None = None
    ) -> None:
        num_states, _, self._num_actions = B.shape
        self._sizes = [self._num_actions ** (n + 1) for n in range(joint.policy_len)]
        self._gamma = np.float32(joint.gamma)
        self._log_prior = None if joint.E is None else log(joint.E)
        value = joint.C @ A
        if joint.use_states_info_gain:
            value = value + xlogx(A).sum(axis=0)
        by_action = np.ascontiguousarray(B.transpose(2, 0, 1))
        level, reached, learned = np.eye(num_states, dtype=np.float32)[None], [], []
        for _ in range(joint.policy_len):
            if novelty is not None:
                learned.append((novelty.T @ level).reshape(-1, num_states))
            level = (by_action[None] @ level[:, None]).reshape(-1, num_states, num_states)
            reached.append(level)
        rows = [value[None]] + [A] * joint.use_states_info_gain
        weights = np.concatenate(rows) @ np.concatenate(reached)
        if learned:
            weights[:, 0] += np.concatenate(learned)
        self._weights = weights.transpose(1, 0, 2).reshape(-1, num_states).astype(np.float32)

    @staticmethod
    def num_multiplications(joint: Any) -> int:
        """Of deciding once, roughly."""
        prefixes = sum(joint.num_actions ** (n + 1) for n in range(joint.policy_len))
        return prefixes * (1 + joint.num_outcomes) * joint.num_states

    def best_action(self, belief: np.ndarray) -> int:
        """First action of the most probable policy."""
        products = self._weights @ belief
        count = sum(self._sizes)
        values = products[:count]
        if len(products) > count:
            outcomes = products[count:]
            values = values - np.add.reduce((outcomes * log(outcomes)).reshape(-1, count), axis=0)
        values, last = self._gamma * values, count
        beyond = np.float32(0) if self._log_prior is None else self._log_prior
        for size in reversed(self._sizes):
            beyond, last = values[last - size : last] + beyond, last - size
            if size > self._num_actions:
                beyond = np.maximum.reduce(beyond.reshape(-1, self._num_actions), axis=1)
        return int(first_best(beyond))
