"""What a model's numbers may be; what float32 has no room for is refused by its name."""

import dataclasses

import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent
from helpers import random_model, small_encoder

MODEL = random_model(np.random.default_rng(0))
HUGE = 10**5000  # more digits than Python prints


def str_of(value) -> str:
    return "huge" if value is HUGE else str(value)


@pytest.mark.parametrize("name", ["gamma", "alpha", "inductive_threshold", "inductive_epsilon"])
@pytest.mark.parametrize(
    "value", [0, -1.0, 1e-300, 1e300, np.nan, np.inf, "a", True, HUGE, None], ids=str_of
)
def test_a_setting_that_float32_has_no_room_for_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a number in") as raised:
        dataclasses.replace(MODEL, **{name: value})
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("name", ["policy_len", "num_iter", "inductive_depth"])
@pytest.mark.parametrize("value", [0, -1, 2.5, 10**9, HUGE, True, "4"], ids=str_of)
def test_a_count_out_of_range_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} must be an integer, at least 1") as raised:
        dataclasses.replace(MODEL, **{name: value})
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300, -1e300, 1e30])
def test_preferences_that_planning_cannot_add_up_are_refused(value):
    with pytest.raises(ValueError, match="C must"):
        dataclasses.replace(MODEL, C=np.append(MODEL.C[:-1].astype(float), value))


@pytest.mark.parametrize("name", ["pA", "pB", "pD"])
@pytest.mark.parametrize("value", [np.nan, 1e300, 1e30, -1.0])
def test_counts_that_cannot_be_normalised_are_refused(name, value):
    counts = np.full(getattr(MODEL, name[1:]).shape, value)
    with pytest.raises(ValueError, match=f"{name} must"):
        dataclasses.replace(MODEL, **{name: counts})


def test_a_message_about_a_large_array_is_short():
    wrong = np.full((5, 4), np.nan)
    with pytest.raises(ValueError, match=r"^A must be finite in float32, it is not at \[0, 0\]$"):
        dataclasses.replace(MODEL, A=wrong)
    with pytest.raises(ValueError, match="D must be an array of numbers") as raised:
        dataclasses.replace(MODEL, D=[10**400, *["x" * 10_000] * 3])
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("setting", [{"gamma": 1e6}, {"gamma": 1e-6}, {"alpha": 1e6}, {"C": 1e12}])
@pytest.mark.parametrize("deterministic", [True, False])
def test_at_the_ends_of_the_ranges_an_agent_still_acts_on_finite_numbers(setting, deterministic):
    if "C" in setting:
        setting = {"C": np.array([1e12, -1e12, 0, 1e12, -1e12])}
    model = dataclasses.replace(MODEL, **setting, policy_len=2)
    agent = ActiveInferenceEncoderAgent(small_encoder(), model)
    observations = np.random.default_rng(0).normal(size=(3, 2))
    action, state = agent.predict(observations, deterministic=deterministic)
    assert np.isfinite(state[0]).all()
    assert ((action >= 0) & (action < 3)).all()
    assert np.isfinite(agent.explain(observations).policy_probs).all()
