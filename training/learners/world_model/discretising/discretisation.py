"""One discretisation of a task: states, how they move, what they bring, where they end."""

import dataclasses

import numpy as np
from scipy import sparse
from scipy.spatial import KDTree

from .....agents.encoders.mixture import SHARPNESS, Kind, encode, spacing_of
from .....agents.world_model.model import Member
from .....agents.world_model.policy import UNUSABLE
from ..experience import Experience
from .dynamics import (
    LEAST_WEIGHT,
    Samples,
    ending_rewards,
    local_fit,
    noise_ratio,
    samples,
    spread,
)
from .features import Features
from .prototypes import farthest_points, num_prototypes
from .windows import Windows, equal_action_windows

# Outcomes near a prototype that say whether an episode ends there.
NUM_ENDINGS = 32
# Residuals that a noisy transition is spread over, and the size in spacings that makes it noisy.
NUM_RESIDUALS, LEAST_NOISE = 4, 0.5


@dataclasses.dataclass(frozen=True)
class Material:
    """What discretisations are made from: experience in features, once for all members.

    Attributes:
        visited: `(N, D)`, all that was observed.
        points: `(N, F)`, the same in features.
        starts: `(S, F)`, where episodes began.
        tree: of the features after each step.
        ended: `(N,)` bool, whether the step ended an episode.
        controls: for each control its samples, or None where there are too few.
        endings: of all controls, where episodes ended and what was received until then.
        lengths: `(E,)` int, steps that a control holds its action.
        discount: of a step.
    """

    visited: np.ndarray
    points: np.ndarray
    starts: np.ndarray
    tree: KDTree
    ended: np.ndarray
    controls: tuple[Samples | None, ...]
    endings: Samples | None
    lengths: np.ndarray
    discount: float


@dataclasses.dataclass(frozen=True)
class Discretisation:
    """A member, and where its states are.

    Attributes:
        prototypes: `(K, F)`.
        spacing: `(K,)`.
        member: transitions, rewards, endings and counts.
        noise: median size of what local dynamics leave unexplained, in spacings.
    """

    prototypes: np.ndarray
    spacing: np.ndarray
    member: Member
    noise: float


def gather(experience: Experience, features: Features, length: int, discount: float) -> Material:
    """Experience as samples of controls, each an action that is held for `length` steps."""
    before = features(experience.observations)
    after = features(experience.next_observations)
    windows = equal_action_windows(experience, length, discount)
    visited = experience.visited
    return Material(
        visited,
        features(visited),
        before[experience.first_steps],
        KDTree(after),
        experience.ended,
        tuple(
            _samples(windows.of_action(action), before, after)
            for action in range(experience.num_actions)
        ),
        _endings(windows, after),
        np.full(experience.num_actions, length),
        discount,
    )


def _endings(windows: Windows, after: np.ndarray) -> Samples | None:
    where = after[windows.last[windows.ended]]
    if not len(where):
        return None
    return samples(where, where, windows.rewards[windows.ended], windows.ended[windows.ended])


def _samples(windows: Windows, before: np.ndarray, after: np.ndarray) -> Samples | None:
    too_few = 2 * (before.shape[1] + 1) if windows.length > 1 else 1
    if len(windows.start) < too_few:
        return None
    return samples(before[windows.start], after[windows.last], windows.rewards, windows.ended)


def discretise(
    material: Material,
    num_states: int,
    kind: Kind,
    rng: np.random.Generator,
    keep_noise: bool = True,
) -> Discretisation:
    """One member of an ensemble; another draw of `rng` gives another one.

    Args:
        material: from `gather`.
        num_states: K at most.
        kind: of the encoder.
        rng: draws the prototypes and the residuals.
        keep_noise: whether transitions are spread as their samples were.
    """
    chosen = farthest_points(material.points, num_prototypes(len(material.ended), num_states), rng)
    prototypes = material.points[chosen]
    spacing = spacing_of(prototypes)
    num, width = len(prototypes), len(material.controls)
    rewards, counts = np.full((num, width), UNUSABLE), np.zeros((num, width))
    ended = _ended(material, prototypes, spacing)
    at_end = ended * ending_rewards(material.endings, prototypes, spacing)
    blocks, ratios = [], []
    for place, control in enumerate(material.controls):
        if control is None:
            blocks.append(sparse.csr_array(sparse.identity(num)))
            continue
        fit = local_fit(control, prototypes, spacing)
        counts[:, place] = fit.tries
        ratios.append(noise_ratio(fit, spacing))
        moves = fit.intercept[:, None]
        noisy = ratios[-1] > LEAST_NOISE
        if keep_noise and noisy.any():
            moves = np.where(noisy[:, None, None], spread(fit, NUM_RESIDUALS, rng), moves)
        blocks.append(_encoded_rows(prototypes[:, None] + moves, prototypes, spacing, kind))
        # What ending brings comes with the probability of ending: it cannot be had twice.
        rewards[:, place] = (1 - blocks[-1] @ ended) * fit.reward + blocks[-1] @ at_end
    member = Member(
        _interleaved(blocks),
        rewards,
        ended,
        counts,
        material.visited[chosen],
        _starts(material.starts, prototypes, spacing),
    )
    return Discretisation(prototypes, spacing, member, float(np.mean(ratios)) if ratios else 0.0)


def _encoded_rows(targets: np.ndarray, prototypes, spacing, kind: Kind) -> sparse.csr_array:
    """`(K, K)`, the encoder's mean over the targets `(K, S, F)` of each state."""
    num, spread_over, dim = targets.shape
    weights = encode(targets.reshape(-1, dim), prototypes, spacing, kind)
    values = weights.weight.reshape(num, -1) / spread_over
    rows = np.repeat(np.arange(num), values.shape[1])
    return sparse.csr_array((values.ravel(), (rows, weights.states.ravel())), shape=(num, num))


def _interleaved(blocks: list) -> sparse.csr_array:
    """Rows of E blocks `(K, K)` in the order `state E + control`."""
    num, width = blocks[0].shape[0], len(blocks)
    stacked = sparse.csr_array(sparse.vstack(blocks))
    return stacked[np.arange(num * width).reshape(width, num).T.ravel()]


def _ended(material: Material, prototypes: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    if not material.ended.any():
        return np.zeros(len(prototypes))
    count = min(NUM_ENDINGS, len(material.ended))
    distance, index = material.tree.query(prototypes, k=count)
    distance, index = distance.reshape(-1, count), index.reshape(-1, count)
    weight = np.exp(-SHARPNESS * (distance / spacing[:, None]) ** 2) + LEAST_WEIGHT
    return (weight * material.ended[index]).sum(axis=1) / weight.sum(axis=1)


def _starts(starts: np.ndarray, prototypes: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    weights = encode(starts, prototypes, spacing, "soft")
    share = np.bincount(weights.states.ravel(), weights.weight.ravel(), len(prototypes))
    return share / share.sum()
