"""What an unknown sign means is found out where information about A has a value."""

import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel, Learning

START, PLAIN, SIGNED, LEFT, RIGHT = range(5)
TRUTH = np.array([[0.9, 0.1], [0.1, 0.9]])  # p(sign | where the prize is)


def two_ways():
    """Two ways of equal length to two rooms, one of which has the prize; by one hangs a sign."""
    walk = np.zeros((5, 5, 4))  # actions: plain way, way with the sign, left, right
    walk[PLAIN, START, 0] = walk[SIGNED, START, 1] = 1
    walk[START, START, 2:] = 1
    for place in (PLAIN, SIGNED):
        walk[place, place, :2] = walk[LEFT, place, 2] = walk[RIGHT, place, 3] = 1
    for room in (LEFT, RIGHT):
        walk[room, room] = 1
    prize = np.zeros((3, 5, 2))
    prize[0, :3] = 1
    prize[1, LEFT, 0] = prize[1, RIGHT, 1] = prize[2, LEFT, 1] = prize[2, RIGHT, 0] = 1
    sign = np.zeros((3, 5, 2))
    sign[0] = 1
    sign[:, SIGNED] = [[0, 0], [0.5, 0.5], [0.5, 0.5]]
    counts = np.zeros((3, 5, 2))
    counts[1:, SIGNED] = 1.0
    return {
        "A": [np.eye(5), prize, sign],
        "B": [walk, np.eye(2)[..., None]],
        "C": [np.zeros(5), [0, 3, -3], np.zeros(3)],
        "D": [np.eye(5)[START], [0.5, 0.5]],
        "A_dependencies": [[0], [0, 1], [0, 1]],
        "pA": [None, None, counts],
    }


def learned_sign(curious: bool, steps=1000):
    """`p(sign | prize)` after a life of episodes of three steps, and the share of signs read."""
    model = GenerativeModel(**two_ways(), policy_len=2, use_param_info_gain=curious)
    agent = ActiveInferenceEncoderAgent(None, model, learn=Learning(("A",), max_count=None))
    rng, state, read = np.random.default_rng(0), None, 0
    for step in range(steps):
        if step % 3 == 0:
            place, prize = START, rng.integers(2)
        outcome = 0 if place < LEFT else 1 + int((place == RIGHT) != prize)
        sign = 1 + rng.choice(2, p=TRUTH[:, prize]) if place == SIGNED else 0
        read += place == SIGNED
        start = np.array([step % 3 == 0])
        action, state = agent.predict(np.array([place, outcome, sign]), state, start)
        place = int(np.argmax(model.B[0][:, place, np.atleast_1d(action)[0]]))
    found = agent.counts(state)["pA"][2][1:, SIGNED]
    return found / found.sum(axis=0), 3 * read / steps


def test_from_a_flat_prior_a_curious_agent_learns_what_the_sign_means():
    found, read = learned_sign(curious=True)
    np.testing.assert_allclose(found, TRUTH, atol=0.05)
    assert read > 0.95


def test_without_curiosity_it_never_looks():
    found, read = learned_sign(curious=False)
    np.testing.assert_allclose(found, 0.5)
    assert read == pytest.approx(0)
