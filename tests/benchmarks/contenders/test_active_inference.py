from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.agents.models.generative_model import epsilon_identity
from aifgym.benchmarks.contenders import active_inference as contenders
from aifgym.benchmarks.scenarios.registry import SCENARIOS
from aifgym.benchmarks.scenarios.wrappers import transition_matrix
from aifgym.training import TrainConfig
from aifgym.training.learners.estimates import estimate_rewards, fitted_dynamics
from helpers import exact_encoder

SMALL = {"n_steps": 16, "batch_size": 64, "n_epochs": 1}


@pytest.fixture
def oracle():
    """An agent with the exact encoder of the noisy world."""
    world = SCENARIOS["noisy"].make_env().unwrapped.world
    model = GenerativeModel(
        A=epsilon_identity(5, 1e-4),
        B=world.transition_matrix,
        C=8.0 * np.eye(5)[2],
        D=world.initial_probs,
    )
    return ActiveInferenceEncoderAgent(exact_encoder(world), model, np.full(5, 0.2))


def test_own_experience_is_the_agents_own(oracle):
    make_env = SCENARIOS["noisy"].make_env
    data = contenders.own_experience(oracle, make_env, 800, seed=0, record_rewards=True)
    assert data.num_transitions == 800
    # 0.1 per episode start is where one in five lands on the target by chance.
    mean = np.asarray(data.rewards)[np.asarray(data.mask)].sum() / 800
    assert 0.5 < mean < 0.9  # random actions earn 0.2
    again = contenders.own_experience(oracle, make_env, 800, seed=0)
    np.testing.assert_array_equal(data.observations, again.observations)
    assert again.rewards is None


def test_an_agent_notices_a_dead_action_and_keeps_what_still_holds(oracle):
    scenario = SCENARIOS["broken_actuator"]
    changed = partial(scenario.make_env, changed=True)
    data = contenders.own_experience(oracle, changed, 16_384, seed=0)
    B = contenders.with_dynamics(oracle, data).model.B
    before = SCENARIOS["noisy"].make_env().unwrapped.world.transition_matrix
    states = np.arange(2, 5)
    assert (before[states, states, 0] < 0.03).all()
    assert (B[states, states, 0] > 0.6).all()  # back is stay now
    assert np.abs(B[:, :, 1:] - before[:, :, 1:]).mean() < 0.1
    assert np.abs(B[:, 2:, 0] - before[:, 2:, 0]).mean() > 0.2


def test_what_an_agent_likes_does_not_pass_for_what_it_sees(oracle):
    """It is where it wants to be most of the time; its encoder was trained where it was not."""
    changed = partial(SCENARIOS["broken_actuator"].make_env, changed=True)
    data = contenders.own_experience(oracle, changed, 16_384, seed=0)
    expected = transition_matrix(changed())
    errors = [
        np.abs(fitted_dynamics(oracle.encoder, model.B, model.D, data, 10.0, usage)[0] - expected)
        for model in [oracle.model]
        for usage in (oracle.usage, None)
    ]
    assert errors[0].mean() < 0.7 * errors[1].mean()


def test_rewards_are_credited_to_the_goal_and_not_to_its_neighbours(oracle):
    make_env, model = SCENARIOS["noisy"].make_env, oracle.model
    data = contenders.own_experience(oracle, make_env, 16_384, seed=0, record_rewards=True)
    rewards = estimate_rewards(oracle.encoder, model.B, model.D, data, oracle.usage)
    assert rewards.argmax() == 2
    assert rewards.max() == 1
    assert rewards.min() == 0
    assert (np.delete(rewards, 2) < 0.1).all()


def test_our_agent_takes_over_a_target_that_it_is_told(oracle):
    scenario = SCENARIOS["goal_switch"]
    contender = contenders.ActiveInference()
    contender._agent = oracle
    contender.adapt(partial(scenario.make_env, changed=True), 0, 0)
    assert contender._agent.model.C.argmax() == 3
    assert contender.reward_free_steps == contender.rewarded_steps == 0


def test_steps_are_counted_by_whether_rewards_were_used(monkeypatch, oracle):
    asked = []

    def fit(env, config, seed, **arguments):
        asked.append((config, arguments))
        return oracle, SimpleNamespace(num_transitions=config.num_transitions)

    monkeypatch.setattr(contenders, "fit", fit)
    known, learned = contenders.ActiveInference(), contenders.LearnedDynamics()
    for contender in (known, learned):
        contender.train(SCENARIOS["centre"].make_env, 240, 0)
    assert (known.reward_free_steps, known.rewarded_steps) == (240, 0)
    assert (learned.reward_free_steps, learned.rewarded_steps) == (0, 240)
    assert [arguments for _, arguments in asked] == [{}, {"preferences": "reward"}]
    assert [config.dynamics for config, _ in asked] == ["known", "learned"]


def test_the_tutorials_recipe_is_the_published_one():
    published, ours = TrainConfig(objective="tutorial"), contenders.TutorialRecipe.config
    assert ours.tutorial == published.tutorial
    assert (ours.num_restarts, ours.evidence, ours.ambiguity) == (1, "categorical", "epsilon")
