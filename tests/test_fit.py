import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.envs import LineWorld
from aifgym.training import TrainConfig, fit, metrics, simulate
from helpers import arrays_of

ENV_ID = "aifgym.envs:ContinuousLineWorld-v0"
TINY = TrainConfig(
    num_transitions=120, num_restarts=3, train_steps=12, encoder_width=8, encoder_depth=1,
    checkpoint_every=5,
)  # fmt: skip


class NoWorld(gym.Wrapper):
    """Hides the world, and fails when somebody reads what no learner may read."""

    @property
    def unwrapped(self):
        return self

    def step(self, action):
        observation, _, terminated, truncated, _ = self.env.step(action)
        return observation, None, terminated, truncated, None


def test_training_succeeds_from_observations_and_actions_alone(world):
    env = NoWorld(gym.make(ENV_ID, start_state=None))
    agent, history = fit(env, seed=0, transition_matrix=world.transition_matrix, target_state=4)
    data, states = simulate(world, 300, 6, jax.random.key(123))
    encoded = agent.encode(np.asarray(data.observations).reshape(-1, 2)).argmax(axis=1)
    assert metrics.accuracy(np.ravel(states), encoded) > 0.9
    assert history.num_transitions == 3840
    assert history.best_restart == np.argmin(history.held_out_loss)


def test_the_same_seed_gives_the_same_agent_and_another_seed_another():
    agents = [fit(gym.make(ENV_ID), TINY, seed)[0] for seed in (0, 0, 1)]
    first, again, other = (arrays_of(agent.encoder) for agent in agents)
    assert all((a == b).all() for a, b in zip(first, again))
    assert any((a != b).any() for a, b in zip(first, other))


def test_a_world_can_be_given_in_place_of_an_environment(world):
    agent, history = fit(world, TINY)
    assert agent.model.num_states == 5
    assert len(history.held_out_loss) == 3
    assert np.argmax(agent.model.C) == 4


def test_curves_have_a_point_at_each_checkpoint_and_at_the_end(world):
    steps_done = []
    _, history = fit(world, TINY, progress=steps_done.append)
    assert sum(steps_done) == 12
    np.testing.assert_array_equal(history.curves.steps, [0, 5, 10, 11])
    assert history.curves.train.total.shape == (3, 4)
    assert np.isfinite(history.curves.held_out.vfe).all()
    rows = history.rows()
    assert len(rows) == 12
    assert rows[-1]["held_out_total"] == float(history.curves.held_out.total[2, 3])


def test_restarts_differ(world):
    _, history = fit(world, TINY)
    assert len(set(history.held_out_loss.tolist())) == 3


@pytest.mark.parametrize(
    ("source", "kwargs", "named"),
    [
        (NoWorld(gym.make(ENV_ID)), {}, "dynamics are not known.*transition_matrix="),
        (NoWorld(gym.make(ENV_ID)), {"transition_matrix": np.ones((2, 3))}, r"shape \(K, K, U\)"),
        (
            NoWorld(gym.make(ENV_ID)),
            {"transition_matrix": LineWorld().transition_matrix},
            r"target_state must be a state in 0\.\.4, got None",
        ),
        (LineWorld(target_state=None), {}, "target_state must be a state"),
        (LineWorld(), {"target_state": 5}, "target_state must be a state in 0..4, got 5"),
        (
            gym.make(ENV_ID),
            {"transition_matrix": LineWorld().transition_matrix[:, :, :2]},
            "transition_matrix has 2 actions",
        ),
    ],
)
def test_what_is_not_known_is_named(source, kwargs, named):
    with pytest.raises(ValueError, match=named):
        fit(source, TINY, **kwargs)


@pytest.mark.parametrize(
    "changes",
    [
        {"num_restarts": 0},
        {"sequence_length": 1},
        {"held_out_fraction": 1.0},
        {"temperature": 0.0},
        {"epsilon": 1.0},
        {"temporal_weight": -1.0},
    ],
)
def test_settings_out_of_range_are_named(changes):
    with pytest.raises(ValueError, match=f"{next(iter(changes))} must be"):
        TrainConfig(**changes)


def test_a_diverged_training_is_not_passed_off_as_an_agent(world):
    config = TrainConfig(**(TINY.__dict__ | {"learning_rate": 1e30}))
    with pytest.raises(ValueError, match="every restart diverged"):
        fit(world, config)


def test_training_needs_two_sequences(world):
    config = TrainConfig(**(TINY.__dict__ | {"num_transitions": 3}))
    with pytest.raises(ValueError, match="at least 2 sequences"):
        fit(gym.make(ENV_ID), config)
    assert jnp.isfinite(jnp.asarray(world.means)).all()
