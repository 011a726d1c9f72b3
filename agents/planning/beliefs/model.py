"""A model as planning over beliefs needs it: what is seen together, and beliefs that follow."""

from typing import NamedTuple, Self

import numpy as np

from ...models.generative_model import Model

# Outcomes less likely than this are not followed.
TINY = 1e-9
MAX_OUTCOMES = 4096


class BeliefModel(NamedTuple):
    """A partially observed decision process in float64.

    Attributes:
        likelihood: `(O, K)`, `p(o | s)` of the joint outcomes of all modalities that are seen.
        transitions: `(U, K, K)`, `p(next | current)` of each action, current first.
        utility: `(K, U)`, expected utility of what follows an action, nats.
        first: `(K,)`, D.
    """

    likelihood: np.ndarray
    transitions: np.ndarray
    utility: np.ndarray
    first: np.ndarray

    @classmethod
    def of(cls, model: Model) -> Self:
        """That of a generative model.

        Raises:
            ValueError: its modalities have too many joint outcomes.
        """
        joint = model.joint
        transitions = joint.B.transpose(2, 1, 0).astype(float)
        transitions /= transitions.sum(axis=2, keepdims=True)
        utility = np.einsum("ujk,k->ju", transitions, joint.C.astype(float) @ joint.A)
        parts = joint.by_modality(joint.A.astype(float))
        seen = [part for place, part in enumerate(parts) if place not in joint.unseen]
        return cls(_together(seen, joint.num_states), transitions, utility, joint.D.astype(float))

    def posteriors(self, beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What beliefs about the state become with each outcome that can be seen.

        Args:
            beliefs: `(N, K)`, before the observation.

        Returns:
            `p(o, s)` `(M, K)`, unnormalised, and for each row the belief it follows and its
            outcome, `(M,)`.
        """
        sources, outcomes = np.nonzero(beliefs @ self.likelihood.T > TINY)
        return beliefs[sources] * self.likelihood[outcomes], sources, outcomes

    def starts(self) -> np.ndarray:
        """`(M, K)`, beliefs after each outcome that can be seen first."""
        joint, _, _ = self.posteriors(self.first[None])
        return joint / joint.sum(axis=1, keepdims=True)


def _together(parts: list[np.ndarray], num_states: int) -> np.ndarray:
    """`(O, K)`, the likelihood of what several modalities show at once."""
    likelihood = np.ones((1, num_states))
    for part in parts:
        product = (likelihood[:, None] * part[None]).reshape(-1, num_states)
        likelihood = product[product.max(axis=1) > TINY]
        if len(likelihood) > MAX_OUTCOMES:
            raise ValueError(
                f"planner 'point_based' has room for {MAX_OUTCOMES:,} joint outcomes of all "
                f"modalities, this model has more"
            )
    return likelihood / likelihood.sum(axis=0)
