"""Why an agent acts as it does: expected free energy taken apart, by next action."""

import dataclasses
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from . import planning
from .generative_model import GenerativeModel


class Explanation(NamedTuple):
    """What planning found, for N beliefs and U next actions.

    Attributes:
        neg_efe: `(N, U)`, negative expected free energy of the best policy that begins with the
            action, nats; the sum of the next two.
        utility: `(N, U)`, its expected utility, summed over the steps of the policy.
        info_gain: `(N, U)`, its expected information gain about the state.
        action_probs: `(N, U)`, policy posterior, summed over the policies that begin so.
    """

    neg_efe: np.ndarray
    utility: np.ndarray
    info_gain: np.ndarray
    action_probs: np.ndarray


def neg_efe_parts(model: GenerativeModel, beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Expected utility and expected information gain of all policies; their sum is `neg_efe`.

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
    """What spoke for each next action at some beliefs `(N, K)`."""
    utility, info_gain = neg_efe_parts(model, beliefs)
    neg_efe = utility + info_gain
    scaled = np.exp(model.gamma * (neg_efe - neg_efe.max(axis=1, keepdims=True)))
    posterior = scaled / scaled.sum(axis=1, keepdims=True)

    def by_action(values):
        return values.reshape(len(beliefs), model.num_actions, -1)

    best = by_action(neg_efe).argmax(axis=2)[:, :, None]
    return Explanation(
        *(np.take_along_axis(by_action(v), best, 2)[..., 0] for v in (neg_efe, utility, info_gain)),
        by_action(posterior).sum(axis=2),
    )
