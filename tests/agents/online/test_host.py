"""One environment in NumPy against the compiled step, which many take."""

import dataclasses

import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.agents.online.settings import Learning
from factored_models import random_lists
from helpers import random_model, small_encoder
from learning_helpers import with_counts

STEPS = 17


def single(usage=None, **settings):
    """An agent of one encoder, and observations of two environments."""
    model = random_model(np.random.default_rng(0), num_outcomes=4, policy_len=2)
    counts = {f"p{x}": 3 * getattr(model, x) for x in "ABD"}
    model = dataclasses.replace(model, planner="tree", **counts | settings)
    return (small_encoder(4), model, usage), np.random.default_rng(1).normal(size=(STEPS, 2, 2))


def several():
    lists = random_lists(
        np.random.default_rng(0), [3, 2], [3, 4], [2, 3], [[0], [0, 1]], [[0, 1], [1]]
    )
    model = with_counts(GenerativeModel(**lists, policy_len=2))
    seen = [np.random.default_rng(1).integers(n, size=(STEPS, 2)) for n in (3, 4)]
    return (None, model), np.stack(seen, axis=-1)


def curious(case):
    (encoder, model), seen = case
    return (encoder, dataclasses.replace(model, use_param_info_gain=True)), seen


CASES = {
    "categorical": lambda: (single(), Learning(("A", "B", "D"), horizon=5)),
    "likelihood": lambda: (single(np.full(4, 0.25)), Learning(("B",), max_count=4.0)),
    "filtered": lambda: (single(), Learning(("B", "D"), update="filtered", decay=0.9)),
    "factors": lambda: (several(), Learning(("A", "B", "D"), horizon=4)),
    "curious": lambda: (single(use_param_info_gain=True), Learning(("A", "B"), horizon=3)),
    "curious, factors": lambda: (curious(several()), Learning(("A", "B"), horizon=3)),
    "prior over policies": lambda: (
        single(E=np.arange(1, 10) / 45, use_states_info_gain=False),
        Learning(("A", "B")),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_environment_decides_and_learns_as_it_does_among_others(case):
    (parts, seen), learning = CASES[case]()
    alone, among = (ActiveInferenceEncoderAgent(*parts, learn=learning) for _ in range(2))
    assert alone._engine._host.can_decide
    starts = np.random.default_rng(2).random((STEPS, 2)) < 0.2
    mine = both = None
    for observation, start in zip(seen, starts):
        action, mine = alone.predict(observation[:1], mine, start[:1])
        actions, both = among.predict(observation, both, start)
        np.testing.assert_array_equal(action[0], actions[0])
        for one, two in zip(mine, both):
            assert one.dtype == two.dtype
            np.testing.assert_allclose(one[0], two[0], atol=2e-5)
    kept = [array.copy() for array in mine]
    alone.predict(seen[0, :1], mine, [True])
    for before, after in zip(kept, mine):
        np.testing.assert_array_equal(before, after)


def test_states_of_several_environments_may_take_turns():
    (parts, seen), learning = single(), Learning(("B",), horizon=3)
    agent = ActiveInferenceEncoderAgent(*parts, learn=learning)
    states, again = [None] * 12, [None] * 12
    for observation in seen:
        for place in range(12):
            _, states[place] = agent.predict(observation[:1] + place, states[place])
    for place in range(12):
        for observation in seen:
            _, again[place] = agent.predict(observation[:1] + place, again[place])
    for one, two in zip(states, again):
        for mine, theirs in zip(one, two):
            np.testing.assert_array_equal(mine, theirs)
