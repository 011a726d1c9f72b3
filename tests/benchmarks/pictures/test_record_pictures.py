"""Figures of a record, against the record."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel, record
from aifgym.agents.record import Record
from aifgym.benchmarks.cli import program
from aifgym.benchmarks.pictures import record_figures
from aifgym.benchmarks.pictures.record_movie import record_frames, recorded
from factored_models import random_lists
from PIL import Image


def agent_in(name: str, policy_len: int):
    env = gym.make(f"aifgym.envs:{name}-v0", render_mode="rgb_array")
    world: Any = env.unwrapped
    C = [3 * np.array(reward) for reward in world.rewards]
    model = GenerativeModel(**world.model(), C=C, policy_len=policy_len, planner="tree")
    see = dict.fromkeys(world.modalities) if len(world.modalities) > 1 else None
    return ActiveInferenceEncoderAgent(see, model), env


@pytest.mark.parametrize(("name", "policy_len", "rows"), [("TMaze", 2, 25), ("GridWorld", 3, 5)])
def test_a_figure_shows_what_was_believed_and_weighed(name, policy_len, rows):
    agent, env = agent_in(name, policy_len)
    found = record(agent, env, 2, seed=0)
    figure = record_figures.record_figure(found, ["place", "side"][: len(found.beliefs)])
    panels = figure.axes
    for axes, belief, factor in zip(panels, found.beliefs, ["place", "side"]):
        np.testing.assert_array_equal(axes.images[0].get_array(), belief.T)
        assert factor in axes.get_title(loc="left")
    free_energy, posterior = panels[len(found.beliefs) : len(found.beliefs) + 2]
    np.testing.assert_array_equal(free_energy.lines[0].get_ydata(), found.vfe)
    shown = np.asarray(posterior.images[0].get_array())
    assert shown.shape == (rows, len(found.steps))
    np.testing.assert_allclose(shown.sum(axis=0), 1, atol=1e-5)
    # The dots stand at the actions that were taken.
    dots = np.asarray(posterior.lines[0].get_ydata(), int)
    actions = found.policies[:, 0, 0][dots] if rows == len(found.policies) else dots
    np.testing.assert_array_equal(actions, found.actions)
    # A line between the two episodes, in each panel.
    ends = np.flatnonzero(np.diff(found.episodes)) + 0.5
    assert len(ends) == 1
    assert ends[0] in [np.asarray(line.get_xdata())[0] for line in posterior.lines]


def test_next_actions_have_the_probability_of_all_their_policies():
    agent, env = agent_in("GridWorld", 3)
    found = record(agent, env, 1, seed=0)
    probs, names = record_figures.policy_rows(found, most=0)
    observation, _ = env.reset(seed=0)
    expected = agent.explain(observation).by_action().policy_probs
    np.testing.assert_allclose(probs[:1], expected, atol=1e-6)
    assert names == ["0", "1", "2", "3", "4"]


def test_actions_of_several_factors_are_named_by_all_of_them():
    lists = random_lists(np.random.default_rng(0), [3, 2], [3], [2, 3], [[0, 1]], [[0], [1]])
    agent = ActiveInferenceEncoderAgent(None, GenerativeModel(**lists, policy_len=1))
    observation = np.zeros(1, int)
    why = agent.explain(observation)
    action, _ = agent.predict(observation)
    one = np.zeros(1)
    found = Record(
        one, one, agent.infer_states(observation), one, why.policy_probs, why.neg_efe,
        why.policies, action, one, observation,
    )  # fmt: skip
    _, names = record_figures.policy_rows(found)
    assert names[0] == "(0, 0)"
    number = record_figures.action_numbers(found)[0]
    assert names[number] == f"({action[0, 0]}, {action[0, 1]})"


@pytest.mark.parametrize("name", ["TMaze", "GridWorld"])
def test_animate_writes_an_episode_of_an_agent_with_a_given_model(name, tmp_path, capfd):
    agent, env = agent_in(name, 2)
    agent.save(tmp_path / "agent.aif")
    found, pictures = recorded(agent, env, seed=1)
    assert len(pictures) == len(found.steps)
    frames = record_frames(found, pictures, most=2)
    assert len(frames) == 2
    env_id = f"aifgym.envs:{name}-v0"
    arguments = ["animate", tmp_path / "agent.aif", "--env", env_id, "--out", tmp_path, "--seed", 1]
    with pytest.raises(SystemExit) as stop:
        program.main(list(map(str, arguments)))
    assert stop.value.code == 0
    assert f"wrote {len(found.steps)} frames" in capfd.readouterr().out
    picture: Any
    with Image.open(tmp_path / "episode.gif") as picture:
        assert 1 < picture.n_frames <= len(found.steps)  # equal frames next to each other are one
    assert (tmp_path / "record.png").exists()
