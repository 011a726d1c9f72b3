import gymnasium as gym
import numpy as np
import pytest
from aifgym.training import TrainConfig, fit
from aifgym.training.learners.num_states import merge_map, smallest_good_enough
from helpers import ENV_ID


def test_the_default_world_has_five_states():
    config = TrainConfig(dynamics="learned", num_states="auto")
    agent, history = fit(gym.make(ENV_ID), config, seed=2)
    assert agent.model.num_states == 5
    losses = {row["num_states"]: row["held_out_loss"] for row in history.num_states_curve}
    assert list(losses) == [3, 4, 5, 6, 7, 8]
    assert losses[3] > losses[4] > losses[5] + 0.05
    assert agent.settings["num_states"] == 5


def test_the_smallest_within_noise_is_chosen():
    rng = np.random.default_rng(0)
    noise, lengths = rng.normal(size=400), np.full(400, 6)
    evidences = {
        num: mean * 6 + noise + 0.3 * rng.normal(size=400)
        for num, mean in {3: 0.5, 4: 0.7, 5: 0.9, 6: 0.905, 7: 0.9}.items()
    }
    chosen, rows = smallest_good_enough(evidences, lengths)
    assert chosen == 5
    assert [row["num_states"] for row in rows] == [3, 4, 5, 6, 7]
    assert rows[0]["held_out_loss"] == pytest.approx(-evidences[3].mean() / 6)
    # Noise that the candidates share does not count: 0.3 sqrt(2) / 6 / sqrt(400).
    assert rows[0]["standard_error"] == pytest.approx(0.3 * 2**0.5 / 6 / 20, rel=0.2)


def test_merging_maps_two_states_to_one_and_moves_the_rest_up():
    np.testing.assert_array_equal(merge_map(5, 1, 3).argmax(axis=1), [0, 1, 2, 1, 3])
