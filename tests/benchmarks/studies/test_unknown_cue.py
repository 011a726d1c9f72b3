"""In the registered T-maze, from exactly flat counts."""

import numpy as np
from aifgym.benchmarks.studies.lives import unknown_cue

STEPS, EPISODE_STEPS = 180, 6


def test_a_curious_agent_finds_out_what_the_cue_says():
    found, reward = unknown_cue.learned(True, STEPS, 4, 0, EPISODE_STEPS)
    assert unknown_cue.errors(found.mean(axis=0)[None])[0] < 0.05
    assert reward > 0.7


def test_without_curiosity_it_never_looks():
    found, _ = unknown_cue.learned(False, 60, 4, 0, EPISODE_STEPS)
    np.testing.assert_allclose(found, 0.5)
