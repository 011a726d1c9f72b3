"""What the page shows is what the agent says, and what happens in the world."""

import json
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent
from aifgym.benchmarks.demo import frames
from aifgym.benchmarks.demo.breakable import Breakable
from aifgym.benchmarks.demo.pole import PoleMind, surprise
from aifgym.benchmarks.demo.session import Session, begin
from aifgym.benchmarks.demo.worlds import WORLDS
from aifgym.training import learn

STILL, BACK = 1, 0


@pytest.fixture(scope="module")
def ring():
    return begin("ring", "told", noise=0.5, seed=3)


@pytest.fixture(scope="module")
def pole():
    agent: Any = learn("CartPole-v1", 600, seed=0)[0]
    mind = PoleMind(agent, WORLDS["cartpole"])
    env = Breakable(gym.make("CartPole-v1"), None, 0.0 * mind.spread)
    return Session(WORLDS["cartpole"], mind, env, 0.0, seed=0)


def test_a_frame_shows_what_the_agent_says_step_by_step(ring):
    agent, memory = ring.mind._agent, None
    for step in range(6):
        frame = frames.frame(ring)
        at = ring.observation, memory, np.array([step == 0])
        why, found = agent.explain(*at).by_action(), agent.free_energy(*at)
        action, memory = agent.predict(*at)
        assert np.allclose(frame["belief"]["places"], agent.beliefs[0][0], atol=1e-5)
        assert np.allclose([a["efe"] for a in frame["actions"]], -why.neg_efe[0], atol=1e-4)
        parts = [a["utility"] + a["information"] for a in frame["actions"]]
        assert np.allclose(parts, why.neg_efe[0], atol=1e-3)
        assert [a["chosen"] for a in frame["actions"]].index(True) == action
        assert frame["surprise"]["vfe"] == pytest.approx(float(found.vfe[0]), abs=1e-4)
        assert frame["surprise"]["curve"][-1][0] == step == frame["step"]
        assert frame["seen"]["point"] == pytest.approx(ring.observation.tolist(), abs=1e-4)
        assert json.loads(json.dumps(frame)) == frame
        ring.step()


def test_what_was_expected_is_the_belief_moved_by_what_it_believes_of_the_action(ring):
    before, action = ring.thought, ring.thought.action
    ring.step()
    expected = before.effects[:, :, action] @ before.beliefs[0]
    assert np.allclose(frames.frame(ring)["belief"]["predicted"], expected, atol=1e-5)
    assert expected.sum() == pytest.approx(1)


def test_looking_changes_nothing_and_the_same_seed_brings_the_same():
    one, other = (begin("ring", "told", 0.5, seed=5) for _ in range(2))
    for _ in range(4):
        first = frames.frame(one)
        assert frames.frame(one) == first == frames.frame(other)
        one.step()
        other.step()


def test_a_goal_that_is_clicked_is_walked_to(ring):
    for goal in (0, 3):
        ring.aim(goal)
        for _ in range(25):
            ring.step()
        frame = frames.frame(ring)
        assert frame["goal"] == goal
        assert frame["goal_words"] == f"state {goal}"
        assert ring.at_goal > 0.6 * ring.length
    ring.aim(None)
    assert ring.goal == WORLDS["ring"].goal
    with pytest.raises(ValueError, match=r"goal must be in 0\.\.4, got 9"):
        ring.aim(9)


def test_a_broken_action_is_noticed_and_surprise_rises_and_falls():
    session = begin("ring", "told", noise=0.5, seed=0)
    for _ in range(20):
        session.step()
    usual = np.mean([value for _, value in session.curve])
    session.break_action(BACK)
    # Goals one step back, so that it tries.
    frame = frames.frame(session)
    assert frame["broken"] == BACK
    assert frame["surprise"]["breaks"] == [20]
    assert "not noticed yet" in frame["effect"]["words"]
    for _ in range(3):
        session.aim(((session.env.place or 0) - 1) % 5)
        for _ in range(12):
            session.step()
    session.aim(2)
    for _ in range(40):
        session.step()
    surprises = dict(session.curve)
    early = np.mean([surprises[step] for step in surprises if 20 < step <= 45])
    late = np.mean([surprises[step] for step in surprises if step > 70])
    assert early > usual + 0.3
    assert late < early - 0.3
    effect: Any = frames.effect(session)
    assert effect["action"] == BACK
    assert effect["now"][effect["from"]] > 0.5 > effect["first"][effect["from"]]
    assert effect["moved"][BACK] > effect["moved"][STILL]
    assert "has noticed" in effect["words"]
    session.break_action(None)
    assert frames.frame(session)["broken"] is None


def test_a_pole_frame_shows_what_the_agent_says(pole):
    for _ in range(30):
        frame = frames.frame(pole)
        memory = None if pole._starts else pole.mind._memory
        why = pole.mind._agent.explain(pole.observation, memory)
        action, _ = pole.mind._agent.predict(pole.observation, memory)
        assert np.allclose([a["efe"] for a in frame["actions"]], -why.neg_efe[0], atol=1e-4)
        assert pole.thought.action == action
        assert sum(frame["belief"]["weights"]) == pytest.approx(1, abs=0.02)
        angle = pole.env.get_wrapper_attr("state")[2]
        assert frame["truth"]["angle"] == pytest.approx(angle, abs=1e-4)
        pole.step()
    scene = frames.scene(pole)
    assert len(scene["states"]["points"]) == len(scene["states"]["values"])
    assert json.loads(json.dumps(scene)) == scene
    assert frames.effect(pole) is None


def test_the_free_energy_of_a_learned_model_is_the_evidence_by_enumeration():
    predicted, seen = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.8, 0.0])
    accuracy, complexity = surprise(seen, predicted)
    evidence = sum(p * r / 0.8 for p, r in zip(predicted, seen))
    assert complexity - accuracy == pytest.approx(-np.log(evidence), abs=1e-6)


def test_a_motor_without_force_does_not_push_and_is_mended():
    env: Any = Breakable(gym.make("CartPole-v1"))
    env.reset(seed=0)
    velocity = env.get_wrapper_attr("state")[1]
    env.broken = 1
    assert abs(env.step(1)[0][1] - velocity) < 0.02
    assert env.step(0)[0][1] < velocity - 0.1
    assert env.unwrapped.force_mag == 10.0


def test_an_agent_file_acts_where_it_fits_and_only_there(tmp_path):
    agent = begin("ring", "told").mind._agent
    with pytest.raises(FileNotFoundError):
        begin("line", "file", path=tmp_path / "missing.aif")
    model = agent.model
    plain = ActiveInferenceEncoderAgent({"cell": None}, _grid_model(model))
    plain.save(tmp_path / "other.aif")
    with pytest.raises(ValueError, match="observation_space"):
        begin("line", "file", path=tmp_path / "other.aif")
    with pytest.raises(ValueError, match="choose an agent file"):
        begin("line", "file")
    with pytest.raises(ValueError, match=r"noise must be in 0\.2\.\.3"):
        begin("line", "told", noise=7)
    with pytest.raises(ValueError, match="world must be one of"):
        begin("mars", "told")
    with pytest.raises(ValueError, match="agent must be one of"):
        begin("tmaze", "trained")


def _grid_model(model):
    from aifgym.agents import GenerativeModel

    return GenerativeModel(A=[np.eye(5)], B=[np.asarray(model.B[0])], policy_len=1)
