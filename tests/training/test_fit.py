import dataclasses
import subprocess
import sys

import equinox as eqx
import gymnasium as gym
import jax
import numpy as np
import pytest
from aifgym.benchmarks.analysis import metrics
from aifgym.envs import LineWorld
from aifgym.training import TrainConfig, Trajectories, collect, fit, simulate
from aifgym.training.descent.recipes import LEARNED, TutorialRecipe, recipe_for
from aifgym.training.learners.doubts import doubts
from aifgym.training.learners.estimates import estimate
from helpers import arrays_of

ENV_ID = "aifgym.envs:ContinuousLineWorld-v0"
TINY = TrainConfig(num_transitions=240, num_restarts=2, train_steps=50)
TINY_TUTORIAL = TrainConfig(
    objective="tutorial",
    num_transitions=240,
    num_restarts=3,
    train_steps=12,
    tutorial=TutorialRecipe(encoder_width=8, encoder_depth=1, checkpoint_every=5),
)


class NoWorld(gym.Wrapper):
    """Hides the world, and fails when somebody reads what no learner may read."""

    @property
    def unwrapped(self):
        return self

    def step(self, action):
        observation, _, terminated, truncated, _ = self.env.step(action)
        return observation, None, terminated, truncated, None


def test_data(world):
    data, states = simulate(world, 500, 6, jax.random.key(123))
    return data, np.asarray(states)


test_data.__test__ = False


def test_known_dynamics_from_observations_and_actions_alone(world):
    agent, history = fit(
        NoWorld(gym.make(ENV_ID)), transition_matrix=world.transition_matrix, target_state=4
    )
    data, states = test_data(world)
    assert metrics.accuracy(states, metrics.inferred_states(agent, data)) > 0.96
    assert history.num_transitions == 3840
    assert history.best_restart == np.argmin(history.held_out_loss)
    assert history.warnings == ()
    assert agent.evidence == "likelihood"


def test_the_tutorials_objective_with_restarts(world):
    config = TrainConfig(objective="tutorial", evidence="categorical", ambiguity="epsilon")
    agent, history = fit(gym.make(ENV_ID, start_state=None), config)
    data, states = test_data(world)
    assert metrics.accuracy(states, metrics.inferred_states(agent, data)) > 0.9
    assert agent.evidence == "categorical"
    assert agent.model.A.diagonal() == pytest.approx(1 - 1e-4)
    assert len(history.held_out_loss) == 16


def test_learned_dynamics_find_states_and_transitions_up_to_their_order(world):
    config = TrainConfig(dynamics="learned", num_states=5)
    agent, history = fit(NoWorld(gym.make(ENV_ID, start_state=None)), config)
    data, states = test_data(world)
    accuracy, relabelling = metrics.best_alignment(states, metrics.inferred_states(agent, data), 5)
    assert accuracy > 0.95
    index_of_state = np.argsort(relabelling)
    learned = agent.model.B[index_of_state][:, index_of_state]
    np.testing.assert_allclose(learned, world.transition_matrix, atol=0.12)
    np.testing.assert_array_equal(learned.argmax(axis=0), world.transition_matrix.argmax(axis=0))
    assert history.warnings == ()
    assert (agent.model.C == 0).all()


def test_aligned_dynamics_take_over_the_references_numbering(world):
    agent, history = fit(gym.make(ENV_ID, start_state=None), TrainConfig(dynamics="aligned"))
    data, states = test_data(world)
    assert metrics.accuracy(states, metrics.inferred_states(agent, data)) > 0.96
    np.testing.assert_allclose(agent.model.B, world.transition_matrix, atol=1e-6)
    assert not history.alignment.ambiguous


def test_spare_latent_indices_are_merged_by_alignment(world, monkeypatch):
    spare = dataclasses.replace(LEARNED[5], spare_indices=0.4)
    monkeypatch.setitem(LEARNED, 5, spare)
    agent, history = fit(gym.make(ENV_ID, start_state=None), TrainConfig(dynamics="aligned"))
    data, states = test_data(world)
    assert history.alignment.state_of_index.shape == (7,)
    assert agent.encoder.merge.shape == (7, 5)
    assert metrics.accuracy(states, metrics.inferred_states(agent, data)) > 0.95


def test_the_confusion_is_estimated_without_labels(world):
    noisy = dataclasses.replace(world, emission_scale=2.0)
    agent, _ = fit(noisy)
    data, states = simulate(noisy, 3000, 6, jax.random.key(5))
    probs = agent.encode(np.asarray(data.observations).reshape(-1, 2))
    expected = np.stack([probs[np.ravel(states) == state].mean(axis=0) for state in range(5)], 1)
    np.testing.assert_allclose(agent.model.A, expected, atol=0.06)


@pytest.mark.parametrize("how", ["observation", "reward"])
def test_learned_dynamics_are_told_their_goal(world, how):
    env = gym.make(ENV_ID, start_state=None, target_state=1, max_episode_steps=20)
    config = TrainConfig(dynamics="learned", num_states=5)
    goal = {"observation": {"goal_observation": world.means[1]}, "reward": {"preferences": how}}
    agent, _ = fit(env, config, **goal[how])
    observation, info = env.reset(seed=0)
    state, reached = None, 0
    for _ in range(20):
        action, state = agent.predict(observation, state)
        observation, reward, _, _, info = env.step(action)
        reached += reward
    assert reached >= 12
    assert info["target_state"] == 1


def test_the_same_seed_gives_the_same_agent_and_another_seed_another():
    for config in (TINY, TINY_TUTORIAL):
        agents = [fit(gym.make(ENV_ID), config, seed)[0] for seed in (0, 0, 1)]
        first, again, other = (arrays_of(agent.encoder) for agent in agents)
        assert all((a == b).all() for a, b in zip(first, again))
        assert any((a != b).any() for a, b in zip(first, other))


def test_trajectories_can_be_given_in_place_of_an_environment(world):
    data = collect(gym.make(ENV_ID), 300, 4, seed=3)
    agent, history = fit(data, TINY, transition_matrix=world.transition_matrix, target_state=2)
    assert history.num_transitions == 300
    assert agent.model.C.argmax() == 2


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


def test_a_stopped_run_resumes_to_the_same_bits(world, tmp_path):
    config = dataclasses.replace(TINY, dynamics="aligned", train_steps=100)
    whole, _ = fit(world, config, run_folder=tmp_path / "whole")

    class Stopped(Exception):
        pass

    for stop_after in (1, 1, 2):
        calls = []

        def stop(steps, calls=calls, stop_after=stop_after):
            calls.append(steps)
            if sum(step > 0 for step in calls) > stop_after:
                raise Stopped

        with pytest.raises(Stopped):
            fit(world, config, run_folder=tmp_path / "parts", progress=stop)
    resumed, history = fit(world, config, run_folder=tmp_path / "parts")
    for ours, theirs in zip(arrays_of(resumed.encoder), arrays_of(whole.encoder)):
        np.testing.assert_array_equal(ours, theirs)
    steps = [row["step"] for row in history.rows if row["restart"] == 0]
    assert steps == [50, 100, 50, 100]
    with pytest.raises(ValueError, match="holds a run with other settings"):
        fit(world, TINY, run_folder=tmp_path / "parts")


def test_restarts_are_spread_over_devices_with_the_same_result(tmp_path):
    code = (
        "import jax, numpy as np; from aifgym.envs import LineWorld;"
        "from aifgym.training import TrainConfig, fit;"
        "from aifgym.training.learners import evidence as evidence_fit;"
        "seen = []; original = evidence_fit._descend;"
        "evidence_fit._descend = lambda states, *a, **k: "
        "(seen.append(len(states.step.sharding.device_set)), original(states, *a, **k))[1];"
        "_, h = fit(LineWorld(), TrainConfig(num_transitions=240, num_restarts=2, train_steps=50));"
        "print(jax.local_device_count(), seen[0], *h.held_out_loss)"
    )
    lines = []
    for devices in (1, 2):
        flags = f"--xla_force_host_platform_device_count={devices}"
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={"XLA_FLAGS": flags, "PATH": "", "JAX_PLATFORMS": "cpu"}, cwd=tmp_path,
        )  # fmt: skip
        lines.append([float(part) for part in result.stdout.split()])
    assert lines[0][:2] == [1, 1]
    assert lines[1][:2] == [2, 2]
    np.testing.assert_allclose(lines[0][2:], lines[1][2:], atol=1e-4)


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
        (LineWorld(), TrainConfig(dynamics="learned"), {}, "num_states must be given"),
        (LineWorld(), LEARNING, {"target_state": 1}, "no known numbers: pass goal_observation"),
        (LineWorld(), LEARNING, {"preferences": "reward"}, "needs an environment or trajectories"),
        (LineWorld(), LEARNING, {"preferences": "joy"}, "preferences must be None or 'reward'"),
        (LineWorld(), TrainConfig(num_transitions=40), {}, "at least 50 transitions, got 30"),
    ],
)
def test_what_is_missing_or_contradicts_is_named(source, config, kwargs, named):
    with pytest.raises(ValueError, match=named):
        fit(source, config, **kwargs)


@pytest.mark.parametrize(
    "changes",
    [
        {"num_restarts": 0},
        {"train_steps": 0},
        {"sequence_length": 1},
        {"held_out_fraction": 1.0},
        {"epsilon": 1.0},
        {"num_states": 1},
        {"dynamics": "learned", "objective": "tutorial"},
        {"objective": "nonsense"},
        {"num_restarts": True},
        {"train_steps": 2.5},
        {"preference": float("nan")},
    ],
)
def test_settings_out_of_range_are_named(changes):
    with pytest.raises(ValueError, match=f"{next(iter(changes))} must be"):
        TrainConfig(**changes)


@pytest.mark.parametrize("name", ["temperature", "learning_rate", "num_restarts"])
def test_tutorial_settings_out_of_range_are_named(name):
    with pytest.raises(ValueError, match=f"{name} must be"):
        TutorialRecipe(**{name: 0})


def test_a_diverged_training_is_not_passed_off_as_an_agent(world):
    recipe = dataclasses.replace(TINY_TUTORIAL.tutorial, learning_rate=1e30)
    with pytest.raises(ValueError, match="every restart diverged"):
        fit(world, dataclasses.replace(TINY_TUTORIAL, tutorial=recipe))


def test_other_sources_are_refused():
    with pytest.raises(TypeError, match=r"a gymnasium\.Env, a LineWorld or Trajectories, got str"):
        fit(ENV_ID)


def test_recipes_follow_the_number_of_states():
    assert recipe_for(5, True).finetune is None
    assert recipe_for(5, False) == LEARNED[5]
    assert recipe_for(6, True) == LEARNED[10]
    assert recipe_for(200, False) == LEARNED[50]


def test_two_exchanged_states_are_noticed(world):
    agent, _ = fit(world)
    data, _ = test_data(world)

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
