import numpy as np
import pytest
from aifgym.agents import WorldModelAgent
from aifgym.agents.world_model.ensemble import joined
from aifgym.agents.world_model.model import Member, WorldModel
from aifgym.agents.world_model.policy import UNUSABLE, reward_plan, world_policy
from gymnasium.spaces import Box, Discrete
from scipy import sparse

STATES, CONTROLS, DISCOUNT = 6, 3, 0.9
LENGTHS = np.array([1, 2, 2])


def random_member(rng: np.random.Generator) -> Member:
    transitions = rng.dirichlet(np.ones(STATES), size=STATES * CONTROLS)
    return Member(
        sparse.csr_array(transitions),
        rng.normal(size=(STATES, CONTROLS)),
        rng.uniform(0, 0.5, STATES),
        rng.uniform(0, 3, (STATES, CONTROLS)),
        np.arange(STATES, dtype=float)[:, None],
        np.full(STATES, 1 / STATES),
    )


def values_by_sweeps(member: Member, unknown: float) -> np.ndarray:
    """`(K, E)` by value iteration, written out."""
    B = member.transitions.toarray().reshape(STATES, CONTROLS, STATES)
    worth = np.zeros((STATES, CONTROLS))
    for _ in range(400):
        best = worth.max(axis=1)
        for state in range(STATES):
            for control, length in enumerate(LENGTHS):
                ahead = B[state, control] @ ((1 - member.ended) * best)
                news = length / (1 + member.counts[state, control])
                gain = member.rewards[state, control] + unknown * news
                worth[state, control] = gain + DISCOUNT**length * ahead
    return worth


@pytest.mark.parametrize("unknown", [0.7, 0.0, -0.7])
def test_plans_are_what_sweeps_over_all_states_find(unknown):
    member = random_member(np.random.default_rng(0))
    found = reward_plan(member, LENGTHS, DISCOUNT, unknown)
    np.testing.assert_allclose(found.neg_efe, values_by_sweeps(member, unknown), atol=1e-8)
    again = reward_plan(member, LENGTHS, DISCOUNT, unknown, found.policy)
    np.testing.assert_allclose(again.neg_efe, found.neg_efe)


def cautious_agent(caution: float, second_reward: float = 1.2) -> WorldModelAgent:
    """One state; the first control was tried often, the second, which paid more, once."""
    member = Member(
        sparse.csr_array(np.ones((2, 1))),
        np.array([[1.0, second_reward]]),
        np.zeros(1),
        np.array([[99.0, 1.0]]),
        np.zeros((1, 1)),
        np.ones(1),
    )
    encoder = joined([(np.zeros(1), np.eye(1))], [np.zeros((1, 1))], [np.ones(1)], "soft")
    ones = np.ones((1, 2), int)
    world = WorldModel(encoder, (member,), np.arange(2), ones, 0.5, 1, 2, 1.2, caution)
    return WorldModelAgent(world, Box(-1, 1, (1,), np.float32), Discrete(2))


def test_caution_prefers_what_is_known_to_what_is_little_better(tmp_path):
    assert cautious_agent(0.0).predict(np.zeros(1))[0] == 1
    assert cautious_agent(0.5).predict(np.zeros(1))[0] == 0
    assert cautious_agent(0.5, second_reward=3.0).predict(np.zeros(1))[0] == 1
    careful = cautious_agent(0.5)
    assert careful.explain(np.zeros(1)).reward[0].tolist() == [1.0, 1.2]  # nobody pays for it
    careful.save(tmp_path / "careful.aif")
    loaded = WorldModelAgent.load(tmp_path / "careful.aif")
    np.testing.assert_array_equal(loaded.policy.neg_efe, careful.policy.neg_efe)


def test_a_control_that_must_not_be_chosen_is_not_chosen_to_explore():
    member = random_member(np.random.default_rng(1))
    member.rewards[:, 1], member.counts[:, 1] = UNUSABLE, 0
    encoder = joined(
        [(np.zeros(1), np.eye(1))], [np.arange(STATES, dtype=float)[:, None]],
        [np.ones(STATES)], "soft",
    )  # fmt: skip
    lengths = np.ones((1, CONTROLS), int)
    world = WorldModel(encoder, (member,), np.arange(3), lengths, DISCOUNT, 1, 3, 1.0)
    assert (world_policy(world).neg_efe[0].argmax(axis=1) != 1).all()
    exploring = reward_plan(member, lengths[0], DISCOUNT, 5.0)
    assert (exploring.policy != 1).all()
