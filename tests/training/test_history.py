"""What a training says of itself."""

import equinox as eqx
import numpy as np
from aifgym.training import TrainConfig, Trajectories, fit
from aifgym.training.learners.doubts import doubts
from aifgym.training.learners.estimates import estimate
from training_helpers import TINY, TINY_TUTORIAL, held_out_data


def test_history_has_a_row_for_each_restart_and_checkpoint(world):
    steps_done = []
    _, history = fit(world, TINY, progress=steps_done.append)
    assert sum(steps_done) == 50
    assert [(row["restart"], row["step"]) for row in history.rows] == [(0, 50), (1, 50)]
    assert len(history.held_out_loss) == len(set(history.held_out_loss.tolist())) == 2
    steps_done.clear()
    _, history = fit(world, TINY_TUTORIAL, progress=steps_done.append)
    assert sum(steps_done) == 12
    assert [row["step"] for row in history.rows] == [0, 5, 10, 11] * 3
    assert all(np.isfinite(row["held_out_vfe"]) for row in history.rows)


def test_a_training_that_failed_says_so(world):
    shuffled = np.random.default_rng(0).permutation(5)
    wrong_B = world.transition_matrix[shuffled]
    _, history = fit(world, TrainConfig(), transition_matrix=wrong_B)
    assert any("states do not move as B says" in warning for warning in history.warnings)
    noise = Trajectories(
        np.random.default_rng(0).normal(size=(600, 6, 2)).astype(np.float32),
        np.random.default_rng(1).integers(3, size=(600, 6)).astype(np.int32),
        np.ones((600, 6), bool),
        num_actions=3,
    )
    _, history = fit(noise, TrainConfig(dynamics="learned", num_states=5))
    assert any("nothing was learned" in warning for warning in history.warnings)


def test_two_exchanged_states_are_noticed(world):
    agent, _ = fit(world)
    data, _ = held_out_data(world)

    def last(encoder):
        return encoder.mlp.layers[-1].weight, encoder.mlp.layers[-1].bias

    order = np.array([0, 3, 2, 1, 4])
    exchanged = eqx.tree_at(last, agent.encoder, tuple(x[order] for x in last(agent.encoder)))
    for encoder, is_right in ((agent.encoder, True), (exchanged, False)):
        found = estimate(encoder, agent.model.B, agent.model.D, data)
        assert (found.exchange_gain < 0) == is_right
        said = doubts(np.full(4, -0.8), 5.0, 5, found, True, None)
        assert any("exchanging states" in warning for warning in said) != is_right
    assert sorted(found.exchange) == [1, 3]
