import dataclasses

import jax
import numpy as np
import pytest
from aifgym.benchmarks.studies import seeds as seed_study
from aifgym.envs import LineWorld
from aifgym.training import simulate


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(seed_study, "NUM_TEST_SEQUENCES", 300)


def test_a_seed_that_succeeds(small):
    study = seed_study.SeedStudy(LineWorld(), num_restarts=1, episodes=20)
    references = seed_study.control_references(study)
    result = seed_study.run_seed(study, 0, references)
    assert result.success
    assert result.raw_accuracy == pytest.approx(result.bayes_accuracy, abs=0.01)
    assert result.aligned_accuracy >= result.raw_accuracy
    assert result.control_score > 0.95
    assert result.warnings == ""
    again = seed_study.run_seed(study, 0, references)
    assert dataclasses.replace(again, seconds=0) == dataclasses.replace(result, seconds=0)


def test_learned_dynamics_with_spare_indices_and_a_goal_from_observations(small):
    study = seed_study.SeedStudy(LineWorld(), dynamics="learned", latent_states=8, episodes=20)
    result = seed_study.run_seed(study, 1, seed_study.control_references(study))
    assert result.success
    assert result.control_score > 0.9


def test_the_tutorials_recipe_is_one_run_as_published(small):
    study = seed_study.SeedStudy(LineWorld(), num_restarts=4, num_sequences=60, episodes=0)
    result = seed_study.run_tutorial_seed(study, 0, None)
    assert result.recipe == "tutorial"
    assert result.control_score is None
    assert 0 <= result.raw_accuracy <= result.aligned_accuracy <= 1


def test_control_is_judged_where_the_target_is_in_reach():
    assert seed_study.control_references(seed_study.SeedStudy(LineWorld(num_states=10))) is None


def test_the_exact_filter_finds_most_states():
    world = LineWorld(emission_scale=0.3)
    data, states = simulate(world, 50, 6, jax.random.key(0))
    exact = seed_study.exact_states(world, data)
    assert np.mean(exact == np.asarray(states)) > 0.999
