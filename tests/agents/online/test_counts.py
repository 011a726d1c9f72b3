"""What is never learned, and what is forgotten."""

import dataclasses

import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.agents.online.settings import Learning
from aifgym.envs.pymdp_envs.makers import make_t_maze
from learning_helpers import EXACT, lived, observations, one_factor, with_counts


def test_structural_zeros_known_columns_and_borders_add_nothing():
    model = one_factor()
    B = np.array(model.B[0])
    B[0, 1], B[:, 2, 0] = 0, [0.25] * 4
    B /= B.sum(axis=0)
    pB = 3 * B
    pB[:, 2, 0] = 0  # this column is known
    model = dataclasses.replace(model, B=[B], pB=[pB])
    agent = ActiveInferenceEncoderAgent(None, model, learn=EXACT)
    seen = observations(np.random.default_rng(0), model, 30, 2)
    state, _ = lived(agent, seen, [None] * 30)
    found = agent.counts(state)["pB"][0]
    assert (found[0, 1] == 0).all()
    assert (found[:, 2, 0] == 0).all()
    assert found.sum() > pB.sum() + 30
    np.testing.assert_allclose(agent.absorb(state).model.B[0][:, 2, 0], B[:, 2, 0], atol=1e-6)
    always = [np.ones(2, bool)] * 30
    bordered = agent.counts(lived(agent, seen, always)[0])
    np.testing.assert_allclose(bordered["pB"][0], pB, atol=1e-6)
    assert bordered["pD"][0].sum() == pytest.approx(3 + 60, abs=1e-3)


@pytest.mark.parametrize("copies", [1, 2])  # in NumPy, and compiled
def test_a_sensor_that_dropped_out_teaches_nothing_and_the_others_do(copies):
    env = make_t_maze(emission_scale=0.5)
    model = with_counts(GenerativeModel(**env.model(), policy_len=1))
    see = {"location": lambda x: env.log_likelihood("location", x), "outcome": None, "cue": None}
    space = env.observation_space
    agent = ActiveInferenceEncoderAgent(
        see, model, observation_space=space, on_invalid="ignore", learn=EXACT
    )
    observation, _ = env.reset(seed=0)
    gap = observation | {"location": np.full(2, np.nan, np.float32)}
    seen = {name: np.stack([one] * copies) for name, one in gap.items()}
    _, state = agent.predict(seen)
    found = agent.counts(state, pooled=False)
    np.testing.assert_allclose(found["pA"][0][0], model.pA[0], atol=1e-6)
    assert found["pA"][1][0].sum() == pytest.approx(model.pA[1].sum() + 1, abs=1e-4)
    assert found["pD"][0][0].sum() == pytest.approx(model.pD[0].sum() + 1, abs=1e-4)
    for own, given_count in zip(found["pB"], model.pB):
        np.testing.assert_allclose(own[0], given_count, atol=1e-6)


@pytest.mark.parametrize("forget", [{"max_count": 20.0}, {"max_count": None, "decay": 0.99}])
def test_what_is_forgotten_leaves_room_and_never_all_of_the_prior(forget):
    model = one_factor()
    agent = ActiveInferenceEncoderAgent(
        None, model, learn=Learning(("A", "B"), horizon=7, **forget)
    )
    state, _ = lived(agent, observations(np.random.default_rng(0), model, 400, 2), [None] * 400)
    found = agent.counts(state, pooled=False)
    for own, prior in ((found["pA"][0], model.pA[0]), (found["pB"][0], model.pB[0])):
        assert np.isfinite(own).all()
        assert (own >= 0.05 * prior - 1e-6).all()
        assert own.sum(axis=1).max() <= (20.01 if forget["max_count"] else 400)
    assert agent.counts(state)["pA"][0].min() > 0
