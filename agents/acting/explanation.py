"""Why an agent acts as it does: expected free energy taken apart, by next action."""

import dataclasses
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..models.generative_model import GenerativeModel
from ..planning import tree as planning
from ..planning.planners import build_planner


class Explanation(NamedTuple):
    """What planning found, for N beliefs and U next actions.

    Attributes:
        neg_efe: `(N, U)`, negative expected free energy of the best policy that begins with the
            action, nats; the sum of the next three.
        utility: `(N, U)`, its expected utility, summed over the steps of the policy.
        info_gain: `(N, U)`, its expected information gain about the state.
        inductive: `(N, U)`, what inductive inference adds: a penalty for leaving the way to the
            goal; 0 with other planners.
        action_probs: `(N, U)`, policy posterior, summed over the policies that begin so.
    """

    neg_efe: np.ndarray
    utility: np.ndarray
    info_gain: np.ndarray
    inductive: np.ndarray
    action_probs: np.ndarray


def neg_efe_parts(model: GenerativeModel, beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Expected utility and information gain of all policies; their sum is the tree's `neg_efe`.

    Args:
        model: A, B, C and the settings of planning.
        beliefs: `(N, K)`, `q(s_t)`.

    Returns:
        Two arrays `(N, policies)`, nats, in the order of pymdp's `Agent.policies`.
    """
    belief = jnp.asarray(beliefs, jnp.float32)
    only_utility = dataclasses.replace(model, use_states_info_gain=False)
    only_info_gain = dataclasses.replace(model, C=np.zeros_like(model.C))
    utility, info_gain = (
        np.asarray(planning.negative_expected_free_energy(planning.PolicyTree(part), belief))
        for part in (only_utility, only_info_gain)
    )
    return utility, info_gain


def explain(model: GenerativeModel, beliefs: np.ndarray) -> Explanation:
    """What spoke for each next action at some beliefs `(N, K)`.

    Of the searches (sophisticated inference, MCTS) `action_probs` is the search's own; the rest is
    what policies of `policy_len` steps look like without it.
    """
    utility, info_gain = neg_efe_parts(model, beliefs)
    posterior, inductive = _planned(model, jnp.asarray(beliefs, jnp.float32), utility + info_gain)
    neg_efe = utility + info_gain + inductive

    def by_action(values):
        return values.reshape(len(beliefs), model.num_actions, -1)

    best = by_action(neg_efe).argmax(axis=2)[:, :, None]
    parts = neg_efe, utility, info_gain, inductive
    return Explanation(
        *(np.take_along_axis(by_action(part), best, 2)[..., 0] for part in parts),
        by_action(posterior).sum(axis=2),
    )


def _planned(model: GenerativeModel, belief, neg_efe: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The planner's `q(pi)`, and what inductive inference adds to the tree's `neg_efe`."""
    planner, nothing = build_planner(model), np.zeros_like(neg_efe)
    if isinstance(planner, planning.PolicyTree):
        return np.asarray(planning.policy_posterior(planner, jnp.asarray(neg_efe))), nothing
    if planner.name == "inductive":
        posterior, with_value = map(np.asarray, planner.infer_policies(belief))
        return posterior, with_value - neg_efe
    return np.asarray(planner.policy_posterior(belief, jax.random.key(0))), nothing
