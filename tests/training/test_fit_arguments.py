"""What `fit` refuses, and what it says."""

import dataclasses

import gymnasium as gym
import numpy as np
import pytest
from aifgym.envs import LineWorld
from aifgym.training import TrainConfig, fit
from helpers import ENV_ID
from training_helpers import TINY, TINY_TUTORIAL, NoWorld

LEARNING = TrainConfig(dynamics="learned", num_states=5)


@pytest.mark.parametrize(
    ("source", "config", "kwargs", "named"),
    [
        (NoWorld(gym.make(ENV_ID)), TINY, {}, "dynamics are not known.*transition_matrix="),
        (
            NoWorld(gym.make(ENV_ID)),
            TINY,
            {"transition_matrix": np.ones((2, 3))},
            r"shape \(K, K, U\)",
        ),
        (
            NoWorld(gym.make(ENV_ID)),
            TINY,
            {"transition_matrix": LineWorld().transition_matrix},
            r"target_state must be a state in 0\.\.4, got None",
        ),
        (LineWorld(target_state=None), TINY, {}, "target_state must be a state"),
        (LineWorld(), TINY, {"target_state": 5}, "target_state must be a state in 0..4, got 5"),
        (
            gym.make(ENV_ID),
            TINY,
            {"transition_matrix": LineWorld().transition_matrix[:, :, :2]},
            "transition_matrix has 2 actions",
        ),
        (LineWorld(), TINY, {"transition_matrix": np.ones((5, 5, 3))}, "must sum to 1"),
        (LineWorld(), TINY, {"target_state": 2.0}, "target_state must be a state"),
        (LineWorld(), TINY, {"seed": -1}, "seed must be an integer in 0"),
        (LineWorld(), TrainConfig(num_states=4), {}, "num_states must be 5 as in B"),
        (
            NoWorld(gym.make(ENV_ID)),
            TrainConfig(dynamics="learned"),
            {},
            "num_states must be given",
        ),
        (LineWorld(), LEARNING, {"target_state": 1}, "no known numbers: pass goal_observation"),
        (LineWorld(), LEARNING, {"preferences": "reward"}, "needs an environment or trajectories"),
        (LineWorld(), LEARNING, {"preferences": "joy"}, "preferences must be None or 'reward'"),
        (LineWorld(), TrainConfig(num_transitions=40), {}, "at least 50 transitions, got 30"),
    ],
)
def test_what_is_missing_or_contradicts_is_named(source, config, kwargs, named):
    with pytest.raises(ValueError, match=named):
        fit(source, config, **kwargs)


def test_a_diverged_training_is_not_passed_off_as_an_agent(world):
    recipe = dataclasses.replace(TINY_TUTORIAL.tutorial, learning_rate=1e30)
    with pytest.raises(ValueError, match="every restart diverged"):
        fit(world, dataclasses.replace(TINY_TUTORIAL, tutorial=recipe))


def test_other_sources_are_refused():
    with pytest.raises(
        TypeError, match=r"a gymnasium\.Env, a world such as LineWorld, or Trajectories, got str"
    ):
        fit(ENV_ID)
