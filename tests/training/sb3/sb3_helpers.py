"""A model that learns in a second, and what two of them have in common."""

import numpy as np
from aifgym.training.sb3 import ActiveInference
from world_model_helpers import Corridor

SMALL = {"num_states": 40, "first_steps": 200, "least_round": 150}


def model_of(env=None, **settings) -> ActiveInference:
    return ActiveInference("auto", Corridor() if env is None else env, **{**SMALL, **settings})


def assert_same_agents(first, second) -> None:
    assert len(first.policy.neg_efe) == len(second.policy.neg_efe)
    for ours, theirs in zip(first.policy.neg_efe, second.policy.neg_efe):
        np.testing.assert_array_equal(ours, theirs)


def assert_same_actions(first, second, space, count: int = 200) -> None:
    """They do the same in turn, the memory handed back, also where episodes begin."""
    space.seed(7)
    rng, states = np.random.default_rng(0), (None, None)
    for _ in range(count):
        seen, start = space.sample(), np.array([rng.random() < 0.1])
        pairs = [m.predict(seen, s, start, True) for m, s in zip((first, second), states)]
        np.testing.assert_array_equal(pairs[0][0], pairs[1][0])
        states = tuple(state for _, state in pairs)
