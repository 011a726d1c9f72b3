"""How long an action is held: as short as the discretisation can tell that something moved."""

import numpy as np
from scipy.spatial import KDTree

from .....agents.encoders.mixture import spacing_of
from ..experience import Experience
from .features import Features
from .prototypes import farthest_points, num_prototypes
from .windows import equal_action_windows

CANDIDATES = (1, 2, 3, 4, 6, 8, 12, 16)
# Median way in spacings that a held action must lead.
LEAST_WAY = 1.2
# Windows near each prototype, and windows in all below which a length cannot be judged.
NUM_NEAR, LEAST_WINDOWS = 4, 50


def base_duration(
    experience: Experience, features: Features, num_states: int, rng: np.random.Generator
) -> int:
    """The least number of steps after which a held action has led away from a state.

    With shorter ones a transition mostly leads back to the prototypes it came from, and planning
    spreads value by diffusion. Prototypes stand for what was visited, evenly.

    Args:
        experience: N steps.
        features: of observations.
        num_states: as of the discretisations.
        rng: draws the first prototype.
    """
    before = features(experience.observations)
    after = features(experience.next_observations)
    count = num_prototypes(len(experience), num_states)
    prototypes = before[farthest_points(before, count, rng)]
    spacing = spacing_of(prototypes)
    longest = 1
    for length in CANDIDATES:
        windows = equal_action_windows(experience, length, 1.0)
        if len(windows.start) < LEAST_WINDOWS:
            break
        longest = length
        near = KDTree(before[windows.start]).query(prototypes, k=NUM_NEAR)[1]
        way = (after[windows.last] - before[windows.start])[near]
        if np.median(np.linalg.norm(way, axis=2) / spacing[:, None]) >= LEAST_WAY:
            break
    return longest
