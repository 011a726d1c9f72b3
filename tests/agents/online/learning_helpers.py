"""Models with counts, and agents that live with them."""

import dataclasses

import numpy as np
from aifgym.agents import GenerativeModel
from aifgym.agents.online.settings import Learning
from factored_models import random_lists

EXACT = Learning(("A", "B", "D"), max_count=None)


def with_counts(model, strength=3.0):
    scaled = {f"p{x}": [strength * a for a in getattr(model, x)] for x in "ABD"}
    return dataclasses.replace(model, **scaled)


def one_factor(seed=0, **settings):
    lists = random_lists(np.random.default_rng(seed), [4], [3], [3], [[0]], [[0]])
    return with_counts(GenerativeModel(**lists, policy_len=2, **settings))


def observations(rng, model, steps, count):
    seen = np.stack([rng.integers(n, size=(steps, count)) for n in model.num_outcomes], axis=-1)
    return seen[..., 0] if len(model.num_outcomes) == 1 else seen


def lived(agent, seen, starts, state=None):
    """States after, and actions of each step."""
    chosen = []
    for observation, start in zip(seen, starts):
        _, state = agent.predict(observation, state, start)
        chosen.append(np.asarray(state[1]))
    return state, np.array(chosen)
