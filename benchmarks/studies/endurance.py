"""A long life of learning: are counts and beliefs sound, and does memory stay flat?

`python -m aifgym.benchmarks.studies.endurance 1000000 [max_count=20 ...]` prints the tally.
"""

import resource
import sys
from typing import Any

import numpy as np

from ...agents import ActiveInferenceEncoderAgent, GenerativeModel, Learning
from ..scenarios.changing import ring

SIDE_BY_SIDE = 8
PRIOR_COUNTS = 10.0
FORGETTING = {
    "nothing": {"max_count": None},
    "max_count=20": {"max_count": 20.0},
    "decay=0.998": {"max_count": None, "decay": 0.998},
}


def endurance(forget: str, steps: int, seed: int = 0) -> dict[str, float]:
    """Learns A, B and D of a ring for so many steps in all, from random observations.

    Args:
        forget: of `FORGETTING`.
        steps: in eight environments together.
        seed: of the observations.

    Returns:
        The largest error of a sum of beliefs and of learned distributions, the largest count, how
        many numbers were not finite, and by how many MiB the process grew after its first half.
    """
    world = ring(shows_reward=True).model()
    given: dict[str, Any] = world | {
        f"p{x}": [PRIOR_COUNTS * a + 0.1 for a in world[x]] for x in "ABD"
    }
    model = GenerativeModel(**given, policy_len=2, planner="tree")
    learn = Learning(("A", "B", "D"), **FORGETTING[forget])
    agent = ActiveInferenceEncoderAgent(None, model, learn=learn)
    rng, grown, off = np.random.default_rng(seed), 0.0, 0.0
    state: Any = None
    sizes, last = np.array(model.num_outcomes), steps // SIDE_BY_SIDE
    for step in range(last):
        observations = rng.integers(sizes, size=(SIDE_BY_SIDE, len(sizes)))
        start = rng.random(SIDE_BY_SIDE) < 0.05
        _, state = agent.predict(observations, state, start)
        off = max(off, float(np.abs(state[0].sum(axis=1) - 1).max()))
        if step == last // 2:
            grown = _megabytes()
    found = agent.counts(state, pooled=False)
    arrays = [one for group in found.values() for one in group]
    learned = agent.absorb(state).model
    believed = [one for letter in "ABD" for one in getattr(learned, letter)]
    error = max(float(np.abs(one.sum(axis=0) - 1).max()) for one in believed)
    strange = sum(int((~np.isfinite(array)).sum()) for array in (*arrays, *state))
    return {
        "beliefs off by": off,
        "distributions off by": error,
        "largest count": max(float(one.max()) for one in arrays),
        "not finite": strange,
        "MiB grown in the second half": _megabytes() - grown,
    }


def _megabytes() -> float:
    """The most that the process has had, which never falls."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    for name in sys.argv[2:] or FORGETTING:
        tally = endurance(name, int(sys.argv[1]))
        print(f"{name}: " + ", ".join(f"{key} {value:.3g}" for key, value in tally.items()))
