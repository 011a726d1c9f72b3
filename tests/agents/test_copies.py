"""Agents in other threads and processes, and copies of them."""

import concurrent.futures
import copy
import multiprocessing
import pickle
import warnings

import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from factored_models import random_lists
from helpers import random_model, small_encoder, walking_agent


def an_agent() -> ActiveInferenceEncoderAgent:
    model = random_model(np.random.default_rng(0), num_outcomes=4)
    usage = np.array([0.1, 0.2, 0.3, 0.4])
    settings = {"note": "kept"}
    return ActiveInferenceEncoderAgent(
        small_encoder(4), model, usage, settings, seed=7, on_invalid="ignore"
    )


def a_world_model():
    return walking_agent(seed=7, on_invalid="ignore")


either = pytest.mark.parametrize("made", [an_agent, a_world_model])


@either
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda a: pickle.loads(pickle.dumps(a))]
)
def test_a_copy_acts_as_the_agent_does_and_draws_what_it_would_draw(made, copied):
    agent = made()
    observations = np.random.default_rng(1).normal(size=(9, 2))
    agent.predict(observations, deterministic=False)  # the stream has moved on
    again = copied(agent)
    assert again.beliefs is None
    np.testing.assert_array_equal(
        again.predict(observations, deterministic=False)[0],
        agent.predict(observations, deterministic=False)[0],
    )
    np.testing.assert_array_equal(again.beliefs, agent.beliefs)
    assert again.on_invalid == "ignore"


def test_a_copy_keeps_settings_and_arrays_that_cannot_be_written_to():
    again = pickle.loads(pickle.dumps(an_agent()))
    assert (again.settings, again.evidence) == ({"note": "kept"}, "likelihood")
    assert not again.model.A.flags.writeable


def test_an_agent_of_several_factors_is_copied():
    lists = random_lists(
        np.random.default_rng(0), [3, 2], [3, 4], [2, 3], [[0], [0, 1]], [[0], [1]]
    )
    agent = ActiveInferenceEncoderAgent(None, GenerativeModel(**lists, policy_len=2))
    observation = np.zeros(2, int)
    again = pickle.loads(pickle.dumps(agent))
    np.testing.assert_array_equal(again.predict(observation)[0], agent.predict(observation)[0])
    assert again.engine == agent.engine


@either
def test_an_agent_works_in_a_process_pool(made):
    agent = made()
    observations = np.random.default_rng(1).normal(size=(3, 2))
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
        action, state = pool.submit(agent.predict, observations).result()
    expected = agent.predict(observations)
    np.testing.assert_array_equal(action, expected[0])
    np.testing.assert_allclose(state[0], expected[1][0], atol=1e-6)


def test_a_forked_process_says_what_to_do_in_place_of_hanging():
    agent, few, many = an_agent(), np.zeros((2, 2)), np.zeros((200, 2))
    expected = agent.predict(many)[0]
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def in_child():
        sender.send(agent.predict(few)[0])  # needs no compiled code
        try:
            agent.predict(many)
        except RuntimeError as error:
            sender.send(str(error))

    child = context.Process(target=in_child)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of JAX, that this may hang
        child.start()
    np.testing.assert_array_equal(receiver.recv(), expected[:2])
    assert "get_context('spawn')" in receiver.recv()
    child.join()


def test_a_world_model_decides_also_in_a_forked_process():
    agent = a_world_model()
    observations = np.random.default_rng(0).uniform(0, 8, (200, 2))
    expected = agent.predict(observations)[0]  # compiles
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=lambda: sender.send(agent.predict(observations)[0]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of JAX, that this may hang
        child.start()
    np.testing.assert_array_equal(receiver.recv(), expected)
    child.join()


@either
def test_beliefs_are_those_of_the_threads_own_last_call(made):
    agent = made()
    observations = np.random.default_rng(0).normal(size=(2, 2))
    agent.predict(observations[0])
    mine = agent.beliefs

    def elsewhere():
        before = agent.beliefs
        agent.predict(observations[1])
        return before, agent.beliefs

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        before, theirs = pool.submit(elsewhere).result()
    assert before is None
    np.testing.assert_array_equal(agent.beliefs, mine)
    assert (theirs != mine).any()
