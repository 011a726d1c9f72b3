"""What `predict` refuses, by the name of the argument, and what it does about missing values."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from aifgym.agents import ActiveInferenceEncoderAgent, ObservationEncoder
from helpers import random_model, small_encoder, walking_agent

MASKED = np.ma.masked_array([1.0, 2.0], [True, False])
RECORDS = np.zeros(2, [("x", "f4")])
DATES = np.array(["2020-01-01", "2021-01-01"], "datetime64[D]")
GOOD = np.full((2, 5), 0.2, np.float32)


@pytest.fixture(params=["encoder", "world model"])
def either(request, agent):
    """An agent of either kind; both have one door."""
    return agent if request.param == "encoder" else walking_agent()


@pytest.mark.parametrize(
    "observation",
    [
        MASKED,
        [MASKED, MASKED],
        DATES,
        np.array(["1", "2"]),
        ["1", "2"],
        RECORDS,
        np.array([1 + 2j, 0]),
        np.array([[1.0, 2.0]]).view(np.matrix),
        torch.zeros(2, requires_grad=True),
        [10**400, 1],
        10**400,
        [[1.0], [1.0, 2.0]],
        (np.zeros(2), {}),
        None,
        object(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_observation_is_refused_by_name(either, observation):
    with pytest.raises(ValueError, match=r"^observation must") as raised:
        either.predict(observation)
    assert len(str(raised.value)) < 300


def test_the_tuple_of_reset_is_told_from_an_observation(either, env):
    with pytest.raises(ValueError, match="pass the observation alone"):
        either.predict(env.reset(seed=0))


@pytest.mark.parametrize(
    "state",
    [
        7,
        {},
        {"belief": GOOD},
        GOOD,
        "beliefs",
        (2 * GOOD,),
        (GOOD - 0.2,),
        (-GOOD,),
        (np.ma.masked_array(GOOD),),
        (GOOD.astype(str),),
        (np.full((2, 5), 1e300),),
        ([10**400] * 5,),
        (np.full((2, 3), 1 / 3),),
        (GOOD, GOOD),
        (np.zeros((2, 64)), np.zeros((2, 64))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_state_is_refused_by_name(agent, state):
    with pytest.raises(ValueError, match=r"^state must"):
        agent.predict(np.zeros((2, 2)), state)


@pytest.mark.parametrize(
    "start",
    ["False", ["True", "False"], [np.nan, 0.0], [2, 0], np.zeros((2, 1), bool), [True], True, {}],
    ids=str,
)
def test_what_says_not_where_episodes_start_is_refused_by_name(either, start):
    state = either.predict(np.zeros((2, 2)))[1]
    for given in (state, None):
        with pytest.raises(ValueError, match=r"^episode_start must"):
            either.predict(np.zeros((2, 2)), given, start)


def test_usual_ways_to_write_the_same_are_all_understood(either):
    given = np.array([[1.0, 2.0]], np.float32)
    expected = either.predict(given, None, np.array([True]))
    before = [part.tolist() for part in expected[1]]
    for observation in ([[1, 2]], np.array([[1, 2]]), torch.tensor([[1.0, 2.0]]), ((1.0, 2.0),)):
        for start in (True, [True], 1, np.ones(1), np.array([1], np.uint8)):
            action, state = either.predict(observation, before, start)
            assert action == expected[0]
            np.testing.assert_allclose(state[0], expected[1][0], atol=1e-6)


def test_the_error_names_the_environments_whose_values_are_missing(either):
    observations = np.zeros((1024, 2))
    observations[[3, 700], [0, 1]] = np.nan, np.inf
    with pytest.raises(ValueError, match=r"finite, got \[nan, 0\.0\] in environments 3, 700$"):
        either.predict(observations)
    with pytest.raises(ValueError, match=r"in environments 0, 1, .* \(1,024 in all\)$"):
        either.predict(np.full((1024, 2), np.nan))


@pytest.mark.parametrize("num_envs", [1, 3, 200])  # in NumPy, and compiled
@pytest.mark.parametrize("engine", ["joint", "pymdp"])
def test_with_ignore_missing_values_leave_the_prior_and_the_others_alone(num_envs, engine):
    rng = np.random.default_rng(0)
    model = dataclasses.replace(random_model(rng, policy_len=2), planner="tree")
    strict = ActiveInferenceEncoderAgent(small_encoder(), model, engine=engine)
    agent = strict.with_preferences(model.C)
    agent.on_invalid = "ignore"
    _, state = agent.predict(rng.normal(size=(num_envs, 2)))
    observations = rng.normal(size=(num_envs, 2)).astype(np.float32)
    whole, _ = strict.predict(observations, state)
    beliefs = strict.beliefs
    observations[0, 1], missing = np.nan, np.arange(num_envs) == 0
    action, following = agent.predict(observations, state)
    np.testing.assert_allclose(agent.beliefs[missing], state[0][missing], atol=1e-5)
    np.testing.assert_allclose(agent.beliefs[~missing], beliefs[~missing], atol=1e-6)
    np.testing.assert_array_equal(action[~missing], whole[~missing])
    np.testing.assert_allclose(following[0][0], model.B[:, :, action[0]] @ state[0][0], atol=1e-5)
    assert agent.free_energy(observations, state).complexity[0] == pytest.approx(0, abs=1e-5)


def test_an_action_never_comes_from_a_belief_that_is_not_finite():
    encoder = ObservationEncoder(2, 5, 1, 0, key=jax.random.key(0))
    steep = jnp.full((5, 2), 1e8)
    encoder = eqx.tree_at(lambda e: e.mlp.layers[0].weight, encoder, steep)
    agent = ActiveInferenceEncoderAgent(encoder, random_model(np.random.default_rng(0)))
    observations = np.array([[1.0, 0.0], [1e36, 0.0]])
    with pytest.raises(ValueError, match=r"beliefs that are not finite, in environment 1:"):
        agent.predict(observations)
    agent.on_invalid = "ignore"
    agent.predict(observations)
    np.testing.assert_allclose(agent.beliefs[1], agent.model.D, atol=1e-6)
    assert np.isfinite(agent.beliefs).all()


def test_on_invalid_is_one_of_two_words_and_kept_in_the_file(either, agent, tmp_path):
    with pytest.raises(ValueError, match="on_invalid must be one of"):
        ActiveInferenceEncoderAgent(agent.encoder, agent.model, on_invalid="skip")
    with pytest.raises(ValueError, match="on_invalid must be one of"):
        walking_agent(on_invalid="skip")
    either.on_invalid = "ignore"
    either.save(tmp_path / "agent.aif")
    loaded = ActiveInferenceEncoderAgent.load(tmp_path / "agent.aif", num_envs=None)
    assert loaded.on_invalid == "ignore"
