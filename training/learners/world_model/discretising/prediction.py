"""How well a discretisation foretells what it was not made from."""

import numpy as np

from .....agents.encoders.mixture import Kind, encode
from ..experience import Experience
from .discretisation import Discretisation
from .features import Features, inverse_scale

# Decisions ahead, and start steps at most.
AHEAD, MAX_STARTS, LEAST_STARTS = (1, 2, 4), 400, 20


def rollout_error(
    model: Discretisation,
    features: Features,
    kind: Kind,
    duration: int,
    experience: Experience,
    held_out: np.ndarray,
    num_observed: int,
) -> np.ndarray | None:
    """Squared error of the newest observation, in its variances, some decisions ahead.

    Beliefs start from the encoder and move by the transitions alone. What a state looks like is the
    mean of the observations that the encoder assigns to it, of what is not held out.

    Args:
        model: made from what is not held out.
        features: those it was made with.
        kind: of the encoder.
        duration: steps that each action is held.
        experience: N steps.
        held_out: `(N,)` bool.
        num_observed: dimensions of the newest observation.

    Returns:
        `(3,)`, mean error after 1, 2 and 4 decisions; None where too few stretches of equal
        actions are held out.
    """
    start = _starts(experience, held_out, duration)
    if len(start) < LEAST_STARTS:
        return None
    start = start[np.linspace(0, len(start) - 1, min(len(start), MAX_STARTS)).astype(int)]
    looks = _looks(model, features, kind, experience.take(np.flatnonzero(~held_out)), num_observed)
    belief = np.zeros((len(start), len(model.prototypes)))
    begun = features(experience.observations[start])
    weights = encode(begun, model.prototypes, model.spacing, kind)
    np.put_along_axis(belief, weights.states, weights.weight, axis=1)
    scale = inverse_scale(experience.observations[:, :num_observed])
    errors = []
    for decision in range(1, max(AHEAD) + 1):
        action = experience.actions[start + (decision - 1) * duration]
        belief = _moved(model, belief, action)
        if decision in AHEAD:
            seen = experience.next_observations[start + decision * duration - 1, :num_observed]
            errors.append(float(np.mean(((belief @ looks - seen) * scale) ** 2)))
    return np.array(errors)


def _starts(experience: Experience, held_out: np.ndarray, duration: int) -> np.ndarray:
    total = duration * max(AHEAD)
    start = np.arange(max(len(experience) - total + 1, 0))
    start = start[held_out[start]]
    fits = experience.episodes[start] == experience.episodes[start + total - 1]
    for decision in range(max(AHEAD)):
        first = experience.actions[start + decision * duration]
        for offset in range(1, duration):
            fits &= experience.actions[start + decision * duration + offset] == first
    return start[fits]


def _looks(model, features, kind, experience: Experience, num_observed: int) -> np.ndarray:
    """`(K, D)`, the mean observation of each state."""
    index = np.arange(len(experience))[:: -(-len(experience) // 5000)]
    observed = experience.next_observations[index]
    weights = encode(features(observed), model.prototypes, model.spacing, "soft")
    total = np.zeros(len(model.prototypes))
    looks = np.zeros((len(model.prototypes), num_observed))
    np.add.at(total, weights.states, weights.weight)
    weighted = weights.weight[:, :, None] * observed[:, None, :num_observed]
    np.add.at(looks, weights.states.ravel(), weighted.reshape(-1, num_observed))
    mean = observed[:, :num_observed].mean(axis=0)
    return np.where(total[:, None] > 1e-6, looks / np.maximum(total, 1e-9)[:, None], mean)


def _moved(model: Discretisation, belief: np.ndarray, control: np.ndarray) -> np.ndarray:
    num_controls = model.member.rewards.shape[1]
    moved = np.zeros_like(belief)
    for one in np.unique(control):
        rows = control == one
        block = model.member.transitions[one::num_controls]
        moved[rows] = (block.T @ belief[rows].T).T
    return moved
