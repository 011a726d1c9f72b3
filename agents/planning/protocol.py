"""What a planner must offer, and the planners that a model may name."""

from typing import NamedTuple, Protocol

import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from ..models.generative_model import Model
from ..registry import Registry


class Explanation(NamedTuple):
    """What planning found, for N beliefs and U next actions.

    Attributes:
        neg_efe: `(N, U)`, negative expected free energy of the best policy that begins with the
            action, nats; the sum of the next three.
        utility: `(N, U)`, its expected utility, summed over the steps of the policy.
        info_gain: `(N, U)`, its expected information gain about the state, and about A and B where
            that has a value.
        inductive: `(N, U)`, what inductive inference adds: a penalty for leaving the way to the
            goal; 0 with other planners.
        action_probs: `(N, U)`, policy posterior, summed over the policies that begin so.
    """

    neg_efe: np.ndarray
    utility: np.ndarray
    info_gain: np.ndarray
    inductive: np.ndarray
    action_probs: np.ndarray


def explained(
    utility: np.ndarray,
    info_gain: np.ndarray,
    inductive: np.ndarray,
    posterior: np.ndarray,
    num_actions: int,
) -> Explanation:
    """Values of policies `(N, policies)` as those of the next actions; see `Explanation`."""
    neg_efe = utility + info_gain + inductive

    def by_action(values):
        return values.reshape(len(values), num_actions, -1)

    best = by_action(neg_efe).argmax(axis=2)[:, :, None]

    def of_best(values):
        return np.take_along_axis(by_action(values), best, 2)[..., 0]

    return Explanation(
        of_best(neg_efe),
        of_best(utility),
        of_best(info_gain),
        of_best(inductive),
        by_action(posterior).sum(axis=2),
    )


class Planner(Protocol):
    """Beliefs in, actions out: a pytree of JAX made from a model.

    A planner with `weighs_actions` true weighs no whole policies: `policy_len` may be far beyond
    what could be listed. To one with `weighs_novelty` true, information about parameters, `novelty`
    of the model, has a value. One may also have `numpy_best_action`, the same as `best_action`
    in NumPy, `num_multiplications` of it for one belief, and `on_host()`, which gives the planner
    that has NumPy's arrays: then it decides for few beliefs without compiled code.
    """

    def __init__(self, model: Model) -> None:
        """Computes what planning needs of a model; ValueError where it cannot plan with it."""
        ...

    @classmethod
    def num_bytes(
        cls, num_states: int, num_outcomes: int, num_actions: int, policy_len: int
    ) -> float:
        """What its arrays take at least for a model of this size; 0 where that does not grow."""
        ...

    @classmethod
    def pymdp_goal(cls, model: Model) -> np.ndarray | None:
        """`(K,)`, H, where pymdp's own `Agent` plans the same way by inductive inference."""
        ...

    def best_action(self, belief: Float[Array, "N K"]) -> Int[Array, " N"]:
        """The action that is best at each belief."""
        ...

    def sampled_action(self, belief: Float[Array, "N K"], key: PRNGKeyArray) -> Int[Array, " N"]:
        """An action drawn from the posterior over policies."""
        ...

    def explain(self, model: Model, beliefs: np.ndarray) -> Explanation:
        """What spoke for each next action at beliefs `(N, K)`; `model` is what it was made from."""
        ...


_HERE = __package__
AUTO = "auto"
PLANNERS: Registry[Planner] = Registry(
    "planner",
    {
        # `choose.resolved_planner` says which one it is; until then it has the tree's needs.
        AUTO: f"{_HERE}.tree:PolicyTree",
        "tree": f"{_HERE}.tree:PolicyTree",
        "inductive": f"{_HERE}.inductive:InductivePlanner",
        "sophisticated": f"{_HERE}.searches:SophisticatedPlanner",
        "mcts": f"{_HERE}.searches:MctsPlanner",
        "dynamic_programming": f"{_HERE}.dynamic_programming:DynamicProgrammingPlanner",
        "point_based": f"{_HERE}.point_based:PointBasedPlanner",
    },
)


def register_planner(name: str, planner: type[Planner]) -> type[Planner]:
    """Makes a class of planners known under a name, as `GenerativeModel(planner=...)` takes it.

    Raises:
        ValueError: another planner goes by that name.
    """
    return PLANNERS.register(name, planner)
