import csv
import json
from functools import partial
from pathlib import Path

import numpy as np
from aifgym.benchmarks.contenders import sb3 as sb3_contenders
from aifgym.benchmarks.contenders.ppo_settings import TUNED_PPO
from aifgym.benchmarks.running.runner import training_seeds
from aifgym.benchmarks.scenarios.registry import SCENARIOS
from aifgym.benchmarks.studies import tuning
from stable_baselines3.common.vec_env import DummyVecEnv, VecFrameStack

SMALL = {"n_steps": 16, "batch_size": 64, "n_epochs": 1}


def weights(contender):
    return [p.detach().numpy().copy() for p in contender._model.policy.parameters()]


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


def test_a_restarted_ppo_is_one_trained_in_the_changed_world_alone():
    scenario = SCENARIOS["goal_switch"]
    changed = partial(scenario.make_env, changed=True)
    restarted, fresh = sb3_contenders.RestartedPPO(SMALL), sb3_contenders.TunedPPO(SMALL)
    restarted.train(scenario.make_env, 128, 0)
    before = weights(restarted)
    restarted.adapt(changed, 0, 0)
    assert all((a == b).all() for a, b in zip(before, weights(restarted)))
    restarted.adapt(changed, 128, 0)
    restarted.adapt(changed, 256, 0)
    fresh.train(changed, 256, 0)
    assert (restarted.rewarded_steps, fresh.rewarded_steps) == (128 + 256, 256)
    for ours, expected in zip(weights(restarted), weights(fresh), strict=True):
        np.testing.assert_array_equal(ours, expected)


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


def test_no_setting_of_ppos_was_chosen_on_a_seed_that_judges_it():
    chosen_on = {seed for stage in tuning.ROUNDS for seed in stage.seeds}
    assert chosen_on.isdisjoint(training_seeds(1_000))


def test_a_setting_is_scored_by_training_it():
    score = tuning._score({"n_steps": 256, "n_epochs": 2}, "tutorial", 2048, 0, (0.0, 4.36))
    assert 0 < score <= 1.3


def test_the_tuned_settings_are_the_best_of_the_table():
    table = Path(__file__).parents[3] / "docs" / "results" / "ppo_tuning.csv"
    with open(table, newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["round"] == "2"]
    best = max(rows, key=lambda row: float(row["score"]))
    assert json.loads(best["settings"]) == TUNED_PPO
