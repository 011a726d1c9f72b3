"""Learning a task in which something must be remembered, through `learn` itself."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, WorldModelAgent
from aifgym.training import LearnConfig, learn
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from memory_helpers import Recall, mean_return

STEPS = 600


def without_seconds(history):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in history.rows]


@pytest.mark.parametrize("memory", ["window", "registers", "latent", "auto"])
def test_what_was_shown_first_is_remembered(memory):
    # Two observations back is far enough here for a window of four.
    agent, history = learn(Recall(), STEPS, seed=1, memory=memory)
    assert isinstance(agent, ActiveInferenceEncoderAgent)
    assert mean_return(agent, Recall()) == 1.0
    (chosen,) = [row for row in history.memories if row["chosen"]]
    assert chosen["planner"].startswith(
        "point_based" if chosen["family"] in ("latent", "hybrid") else "dynamic_programming"
    )
    held_out = [row["outcomes"] + row["observations"] for row in history.memories]
    assert chosen["outcomes"] + chosen["observations"] == max(held_out)
    assert "memories" not in history.rows[-1]


def test_without_memory_it_is_not_solved():
    agent, history = learn(Recall(), STEPS, seed=1)
    assert isinstance(agent, WorldModelAgent)
    assert history.memories == ()
    assert mean_return(agent, Recall(), 40) < 0.6


def test_where_all_is_observed_nothing_is_remembered():
    agent, history = learn(Recall(told=True, pause=1), STEPS, seed=1, memory="auto")
    assert isinstance(agent, WorldModelAgent)
    assert mean_return(agent, Recall(told=True, pause=1)) == 1.0
    assert [row["family"] for row in history.memories if row["chosen"]] == ["none"]
    families = {row["family"] for row in history.memories}
    assert families >= {"none", "window", "registers", "latent"}


def test_same_seed_same_agent_also_from_stored_rounds_and_files(tmp_path):
    config = LearnConfig(memory="latent", first_steps=150)
    agent: Any
    again: Any
    resumed: Any
    agent, history = learn(Recall(), 300, config, seed=2, run_folder=tmp_path / "run")
    again, same = learn(Recall(), 300, config, seed=2)
    assert without_seconds(history) == without_seconds(same)
    resumed, _ = learn(Recall(), 300, config, seed=2, run_folder=tmp_path / "run")
    agent.save(tmp_path / "agent.aif")
    loaded = ActiveInferenceEncoderAgent.load(tmp_path / "agent.aif")
    observations, state = np.array([0, 1, 2, 3]), None
    expected, _ = agent.predict(observations, state)
    for other in (again, resumed, loaded):
        np.testing.assert_array_equal(other.model.B[0], agent.model.B[0])
        np.testing.assert_array_equal(other.predict(observations, state)[0], expected)
    assert loaded.settings["memory"]["family"] == "latent"
    why = agent.explain(observations)
    np.testing.assert_allclose(why.policy_probs.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("mode", list(AutoresetMode)[:2], ids=lambda mode: mode.value)
def test_environments_side_by_side_are_learned_from(mode):
    envs = SyncVectorEnv([Recall] * 3, autoreset_mode=mode)
    agent, _ = learn(envs, STEPS, seed=1, memory="registers")
    assert mean_return(agent, Recall()) == 1.0


def test_what_cannot_be_remembered_is_refused():
    with pytest.raises(ValueError, match="memory must be one of"):
        learn(Recall(), 100, memory="long")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="needs observations of Discrete"):
        learn(gym.make("CartPole-v1"), 100, memory="latent")
    shifted = gym.wrappers.TransformObservation(
        Recall(), lambda number: number + 1, gym.spaces.Discrete(5, start=1)
    )
    with pytest.raises(ValueError, match="needs observations of Discrete"):
        learn(shifted, 100, memory="auto")
