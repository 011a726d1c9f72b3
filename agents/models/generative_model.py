"""The discrete generative model A, B, C, D, and the genuine pymdp `Agent` made from it."""

import dataclasses
from collections.abc import Callable

import numpy as np
from pymdp.agent import Agent

from .pymdp_agent import build_pymdp_agent

# Rounding of a float32 sum over some hundred entries stays far below this.
NORMALISATION_TOLERANCE = 1e-4


@dataclasses.dataclass(frozen=True)
class GenerativeModel:
    """One hidden-state factor, one observation modality, unbatched arrays.

    Attributes:
        A: `(O, K)` float32, `A[outcome, state] = p(o_t | s_t)`.
        B: `(K, K, U)` float32, `B[next, current, action] = p(s_{t+1} | s_t, a_t)`.
        C: `(O,)` float32, preference for each outcome: an unnormalised log probability, nats.
        D: `(K,)` float32, `p(s_0)`.
        policy_len: number of steps that planning looks ahead, at least 1.
        gamma: precision of the posterior over policies, above 0.
        use_states_info_gain: whether planning values information about the state.
        E: `(U ** policy_len,)` float32, prior over policies in pymdp's order, or None where all
            are equally likely.
        planner: `"tree"` weighs all policies exactly; `"inductive"` is pymdp's inductive
            inference, for goals beyond policy_len; `"sophisticated"` and `"mcts"` are pymdp's
            searches, policy_len deep; `"auto"` is the tree where it sees the goal, else inductive.
            Others are those that were registered; the agent refuses unknown names.

    Raises:
        ValueError: shapes disagree, a value is not finite or a distribution does not sum to 1.
    """

    A: np.ndarray
    B: np.ndarray
    C: np.ndarray
    D: np.ndarray
    policy_len: int = 4
    gamma: float = 1.0
    use_states_info_gain: bool = True
    E: np.ndarray | None = None
    planner: str = "auto"

    def __post_init__(self) -> None:
        for name in "ABCD":
            object.__setattr__(self, name, _frozen_float32(name, getattr(self, name)))
        num_states, num_outcomes = len(self.D), len(self.C)
        _check_shape("A", self.A, (num_outcomes, num_states))
        _check_shape("B", self.B, (num_states, num_states, self.B.shape[-1]))
        for name in "ABD":
            _check_distribution(name, getattr(self, name))
        if not isinstance(self.policy_len, int) or self.policy_len < 1:
            raise ValueError(f"policy_len must be an integer, at least 1, got {self.policy_len}")
        if not isinstance(self.planner, str):
            raise ValueError(f"planner must be the name of a planner, got {self.planner!r}")
        if self.E is not None:
            object.__setattr__(self, "E", _frozen_float32("E", self.E))
            _check_shape("E", self.E, (self.num_actions**self.policy_len,))
            _check_distribution("E", self.E)
        if not 0 < self.gamma < np.inf:
            raise ValueError(f"gamma must be above 0 and finite, got {self.gamma}")

    @property
    def num_states(self) -> int:
        """K."""
        return len(self.D)

    @property
    def num_outcomes(self) -> int:
        """O."""
        return len(self.C)

    @property
    def num_actions(self) -> int:
        """U."""
        return self.B.shape[-1]

    def arrays(self) -> dict[str, np.ndarray]:
        """A, B, C, D and, where there is one, E, by name."""
        names = "ABCD" if self.E is None else "ABCDE"
        return {name: getattr(self, name) for name in names}

    def to_pymdp(
        self,
        batch_size: int,
        preprocess_fn: Callable | None = None,
        goal: np.ndarray | None = None,
    ) -> Agent:
        """The pymdp `Agent` with this model; see `build_pymdp_agent`."""
        return build_pymdp_agent(
            self.arrays(),
            batch_size,
            policy_len=self.policy_len,
            gamma=self.gamma,
            use_states_info_gain=self.use_states_info_gain,
            goal=goal,
            preprocess_fn=preprocess_fn,
        )


def epsilon_identity(num_states: int, epsilon: float) -> np.ndarray:
    """A of the tutorial's section 3: outcome = state, but for `epsilon` spread on the others.

    Args:
        num_states: K, at least 2.
        epsilon: probability of any other outcome, in [0, 1).

    Returns:
        `(K, K)` float32.
    """
    identity = np.eye(num_states)
    A = (1 - epsilon) * identity + (1 - identity) * epsilon / (num_states - 1)
    return A.astype(np.float32)


def checked_usage(usage: np.ndarray, model: GenerativeModel) -> np.ndarray:
    """`usage` as float32 `(K,)`.

    Raises:
        ValueError: it is not a distribution over the model's states, or outcomes are not states.
    """
    usage = np.array(usage, dtype=np.float32)
    if model.num_outcomes != model.num_states:
        raise ValueError("usage needs a model with as many outcomes as states")
    _check_shape("usage", usage, (model.num_states,))
    _check_distribution("usage", usage)
    return usage


def _frozen_float32(name: str, value) -> np.ndarray:
    if np.iscomplexobj(value):
        raise ValueError(f"{name} must be real")
    array = np.array(value, dtype=np.float32)
    dimensions = {"A": 2, "B": 3}.get(name, 1)
    if array.ndim != dimensions:
        raise ValueError(f"{name} must have {dimensions} dimensions, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array.tolist()}")
    array.setflags(write=False)
    return array


def _check_shape(name: str, array: np.ndarray, shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")


def _check_distribution(name: str, array: np.ndarray) -> None:
    if array.min() < 0:
        raise ValueError(f"{name} must not be negative, got a minimum of {array.min()}")
    worst = np.abs(array.sum(axis=0) - 1).max()
    if worst > NORMALISATION_TOLERANCE:
        raise ValueError(f"{name} must sum to 1 over its first axis, it is off by {worst:.2g}")
