"""Which state a model prefers, how far away it is, and whether a world rewards it."""

from typing import Any

import numpy as np

from ..models.generative_model import GenerativeModel, Model
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


class DisagreementWarning(UserWarning):
    """An agent acts in a world that it was not made for, or prefers nothing."""


def goal_words(model: GenerativeModel) -> str:
    """What a model prefers, in few words: states of a single factor, else outcomes."""
    if not has_preferences(model):
        return "none"
    if not model.has_lists:
        return _named("state", _most(model.C @ model.A if model.H is None else model.H))
    if model.H is not None:
        return ", ".join(
            f"{_named('state', _most(H))} of factor {place}" for place, H in enumerate(model.H)
        )
    return ", ".join(
        f"{_named('outcome', _most(C))} of modality {place}"
        for place, C in enumerate(model.C)
        if np.ptp(C) > 0
    )


def has_preferences(model: GenerativeModel) -> bool:
    """Whether any outcome or state is preferred to another one, and planning values that."""
    if model.H is not None:
        return True
    return model.use_utility and any(np.ptp(C) > 0 for C in model.factors.C)


def disagreements(model: GenerativeModel, world: Any, numbers_are_its_own: bool) -> list[str]:
    """What speaks against acting with a model in a world, each in one sentence.

    Args:
        model: what the agent believes and prefers.
        world: has `transition_matrix` `(K, K, U)` and `rewarded_state`, None where each episode
            draws its own.
        numbers_are_its_own: whether states were learned, so that their numbers are not the world's.
    """
    found = []
    if not has_preferences(model):
        found.append("the agent has no preferences and only explores: give it a goal")
    if model.has_lists:
        return found
    B = np.asarray(world.transition_matrix)
    ours, theirs = (model.num_states, model.num_actions), B.shape[1:]
    if ours[1] != theirs[1] or (ours[0] != theirs[0] and not numbers_are_its_own):
        found.append(
            f"the agent has {ours[0]} states and {ours[1]} actions, "
            f"this world {theirs[0]} and {theirs[1]}"
        )
    elif not numbers_are_its_own:
        if not np.allclose(model.B, B, atol=1e-3):
            found.append("the agent's B is not this world's")
        if has_preferences(model):
            found += _other_goal(int(goal_vector(model).argmax()), world.rewarded_state)
    return found


def _other_goal(sought: int, rewarded: int | None) -> list[str]:
    if sought == rewarded:
        return []
    rewards = "another one in each episode" if rewarded is None else f"state {rewarded}"
    return [f"the agent seeks state {sought}, this world rewards {rewards}"]


def _most(values: np.ndarray) -> np.ndarray:
    """Indices of the largest value; of the last step, where values change along a policy."""
    last = values[-1] if values.ndim > 1 else values
    return np.flatnonzero(np.isclose(last, last.max()))


def _named(what: str, indices: np.ndarray) -> str:
    if len(indices) > 3:
        return f"any of {len(indices)} {what}s"
    return f"{what} {' or '.join(map(str, indices))}"
