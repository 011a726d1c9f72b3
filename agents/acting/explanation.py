"""Why an agent acts as it does: expected free energy taken apart."""

import itertools
from typing import Any, NamedTuple, Self

import jax.numpy as jnp
import numpy as np

from ..models.generative_model import GenerativeModel
from ..models.joint import JointModel
from ..numpy_maths import log, softmax
from ..planning.choose import build_planner
from ..planning.inductive import InductivePlanner
from ..planning.protocol import Explanation, Planner
from ..planning.tree import neg_efe_parts
from .padding import on_padded


class PolicyExplanation(NamedTuple):
    """What spoke for each of P policies at N beliefs, nats.

    Attributes:
        policies: `(P, T, F)` int64, the action of each factor in each step, in pymdp's order.
        neg_efe: `(N, P)`, negative expected free energy: the sum of the next four.
        utility: `(N, P)`, expected utility.
        info_gain: `(N, P)`, expected information gain about the state.
        param_info_gain: `(N, P)`, expected information gain about A and B.
        inductive: `(N, P)`, what inductive inference adds.
        policy_probs: `(N, P)`, posterior over policies.
    """

    policies: np.ndarray
    neg_efe: np.ndarray
    utility: np.ndarray
    info_gain: np.ndarray
    param_info_gain: np.ndarray
    inductive: np.ndarray
    policy_probs: np.ndarray

    def by_action(self) -> Self:
        """The same of each first action: values of the best policy that begins with it.

        Probabilities are summed over all policies that do.
        """
        first = self.policies[:, 0]
        actions, of_policy = np.unique(first, axis=0, return_inverse=True)
        columns = [np.flatnonzero(of_policy == action) for action in range(len(actions))]
        best = np.stack([rows[self.neg_efe[:, rows].argmax(axis=1)] for rows in columns], axis=1)
        values = (np.take_along_axis(part, best, 1) for part in self[1:6])
        probs = np.stack([self.policy_probs[:, rows].sum(axis=1) for rows in columns], axis=1)
        make: Any = type(self)
        return make(actions[:, None], *values, probs)


def explain(model: GenerativeModel, beliefs: np.ndarray) -> Explanation:
    """What spoke for each next action at some beliefs `(N, K)`, said by the model's planner.

    Of the searches (sophisticated inference, MCTS) `action_probs` is the search's own; the rest is
    what policies of `policy_len` steps look like without it.
    """
    return build_planner(model).explain(model.joint, beliefs)


def explain_policies(model: JointModel, planner: Planner, beliefs: np.ndarray) -> PolicyExplanation:
    """What speaks for each policy at beliefs `(N, K)`.

    Of planners that weigh no whole policies (the searches) the posterior is what it would be if
    they did. Of planners that weigh actions, these are policies of one step.
    """
    if getattr(planner, "weighs_actions", False):
        return _of_actions(model, planner.explain(model, beliefs))
    utility, info_gain, novelty, inductive = on_padded(
        lambda rows: _parts(model, planner, rows), len(beliefs), beliefs
    )
    neg_efe = utility + info_gain + novelty + inductive
    weights = model.gamma * neg_efe
    if model.E is not None:
        weights = weights + log(model.E)
    steps = itertools.product(range(model.num_actions), repeat=model.policy_len)
    return PolicyExplanation(
        model.actions[np.array(list(steps))],
        neg_efe,
        utility,
        info_gain,
        novelty,
        inductive,
        softmax(weights),
    )


def _parts(model: JointModel, planner: Planner, beliefs: np.ndarray) -> tuple[np.ndarray, ...]:
    """`(N, P)` each: utility, information about the state and about A and B, induction."""
    utility, info_gain, novelty = neg_efe_parts(model, beliefs)
    if not isinstance(planner, InductivePlanner):
        return utility, info_gain, novelty, np.zeros_like(utility)
    _, neg_efe = planner.infer_policies(jnp.asarray(beliefs, jnp.float32))
    inductive = np.asarray(neg_efe) - (utility + info_gain)
    return utility, info_gain, novelty, inductive


def _of_actions(model: JointModel, found: Explanation) -> PolicyExplanation:
    """What a planner says of each next action."""
    return PolicyExplanation(
        model.actions[:, None],
        found.neg_efe,
        found.utility,
        found.info_gain,
        np.zeros_like(found.utility),
        found.inductive,
        found.action_probs,
    )
