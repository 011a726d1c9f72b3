"""Which state a model prefers, and how far away it is."""

import numpy as np

from ..models.generative_model import Model
from ..models.pymdp_agent import REACHABLE


def goal_vector(model: Model) -> np.ndarray:
    """`(K,)` float32, H of inductive inference: the model's, or the state that C prefers most."""
    model = model.joint
    if model.H is not None:
        return model.H
    return np.eye(model.num_states, dtype=np.float32)[np.argmax(model.C @ model.A)]


def steps_to_goal(model: Model) -> int:
    """The farthest way to the preferred state, in steps that are likelier than `REACHABLE`.

    States without any such way do not count; 0 where nothing is preferred.
    """
    model = model.joint
    utility = model.C @ model.A if model.H is None else model.H
    if np.ptp(utility) == 0:
        return 0
    leads_to = np.any(model.B > REACHABLE, axis=-1)
    reached, steps = goal_vector(model) > 0, 0
    while True:
        wider = reached | leads_to[reached].any(axis=0)
        if (wider == reached).all():
            return steps
        reached, steps = wider, steps + 1
