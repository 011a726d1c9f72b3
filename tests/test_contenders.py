import csv
import json
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.agents.generative_model import epsilon_identity
from aifgym.benchmarks import contenders, sb3_contenders, tuning
from aifgym.benchmarks.scenarios import SCENARIOS
from aifgym.benchmarks.tuned import TUNED_PPO
from aifgym.training import TrainConfig
from helpers import exact_encoder
from stable_baselines3.common.vec_env import DummyVecEnv, VecFrameStack

SMALL = {"n_steps": 16, "batch_size": 64, "n_epochs": 1}


def weights(contender):
    return [p.detach().numpy().copy() for p in contender._model.policy.parameters()]


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


def test_ppo_goes_on_as_if_it_had_not_stopped():
    make_env = SCENARIOS["centre"].make_env
    in_parts, at_once = sb3_contenders.PPO(SMALL), sb3_contenders.PPO(SMALL)
    for budget in (128, 100, 256):
        in_parts.train(make_env, budget, 3)
    at_once.train(make_env, 256, 3)
    assert in_parts.rewarded_steps == at_once.rewarded_steps == 256
    for ours, expected in zip(weights(in_parts), weights(at_once), strict=True):
        np.testing.assert_array_equal(ours, expected)


def test_ppo_knows_of_a_change_only_by_training_after_it():
    scenario = SCENARIOS["goal_switch"]
    contender = sb3_contenders.PPO(SMALL)
    contender.train(scenario.make_env, 128, 0)
    before = weights(contender)
    changed = partial(scenario.make_env, changed=True)
    contender.adapt(changed, 0, 0)
    assert all((a == b).all() for a, b in zip(before, weights(contender)))
    contender.adapt(changed, 128, 0)
    contender.adapt(changed, 256, 0)
    assert contender.rewarded_steps == 128 + 256
    targets = contender._model.get_env().env_method("get_wrapper_attr", "world")
    assert {world.rewarded_state for world in targets} == {3}


def test_a_stacked_policys_memory_is_what_it_was_trained_on():
    make_env = SCENARIOS["tutorial"].make_env
    contender = sb3_contenders.StackedPPO(SMALL)
    contender.train(make_env, 128, 0)
    plain, stacked = DummyVecEnv([make_env] * 2), VecFrameStack(DummyVecEnv([make_env] * 2), 4)
    plain.seed(5)
    stacked.seed(5)
    observations, expected = plain.reset(), stacked.reset()
    state, start, rng = None, np.ones(2, bool), np.random.default_rng(0)
    for _ in range(20):
        action, state = contender.predict(observations, state, start)
        np.testing.assert_array_equal(state, expected)
        np.testing.assert_array_equal(
            action, contender._model.predict(expected, deterministic=True)[0]
        )
        action = rng.integers(3, size=2)
        observations, _, start, _ = plain.step(action)
        expected = stacked.step(action)[0]


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


def test_the_search_ranks_by_score_and_repeats(monkeypatch):
    monkeypatch.setattr(tuning, "TUNING_SCENARIOS", ("tutorial",))
    scores = iter([0.1, 0.9, 0.5, 0.2, 0.4, 0.1, 0.9, 0.5, 0.2, 0.4])
    monkeypatch.setattr(tuning, "_score", lambda *_: next(scores))
    rounds = (tuning.Round(3, 64, (0,)), tuning.Round(2, 128, (1,)))
    first, again = tuning.search(rounds), tuning.search(rounds)
    assert first == again
    assert [(row["round"], row["score"]) for row in first] == [
        (2, 0.4), (2, 0.2), (1, 0.9), (1, 0.5), (1, 0.1),
    ]  # fmt: skip
    assert first[1]["settings"] == first[2]["settings"]
    assert tuning.num_steps(rounds) == 3 * 64 + 2 * 128


def test_a_setting_is_scored_by_training_it():
    score = tuning._score({"n_steps": 256, "n_epochs": 2}, "tutorial", 2048, 0, (0.0, 4.36))
    assert 0 < score <= 1.3


def test_the_tuned_settings_are_the_best_of_the_table():
    table = Path(__file__).parents[1] / "docs" / "results" / "ppo_tuning.csv"
    with open(table, newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["round"] == "2"]
    best = max(rows, key=lambda row: float(row["score"]))
    assert json.loads(best["settings"]) == TUNED_PPO
