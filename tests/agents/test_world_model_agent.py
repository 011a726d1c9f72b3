import json
import zipfile

import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, WorldModelAgent
from aifgym.agents.world_model.ensemble import joined
from aifgym.agents.world_model.model import Member, WorldModel
from aifgym.training import LearnConfig, learn
from scipy import sparse
from world_model_helpers import Corridor, mean_return

SMALL = LearnConfig(num_states=40, first_steps=300, least_round=200)


@pytest.fixture(scope="module")
def agent() -> WorldModelAgent:
    return learn(Corridor(), 700, SMALL)[0]


@pytest.fixture(scope="module")
def table() -> WorldModelAgent:
    return learn(Corridor("discrete"), 600)[0]


def held_for_three_steps(agent):
    """The same agent whose controls hold their actions for three steps."""
    world = agent.world
    lengths = np.full_like(world.lengths, 3)
    changed = WorldModel(
        world.encoder, world.members, world.actions, lengths, world.discount,
        world.history, world.num_actions, world.reward_scale,
    )  # fmt: skip
    return WorldModelAgent(changed, agent.observation_space, agent.action_space)


def test_many_are_decided_as_each_one_is(agent):
    places = np.linspace(0, 1, 30, dtype=np.float32)[:, None]
    actions, memory = agent.predict(places)
    single = [agent.predict(place)[0] for place in places]
    assert actions.dtype == np.int64
    np.testing.assert_array_equal(actions, single)
    assert np.shape(single[0]) == ()
    assert all(len(part) == 30 for part in memory)


def test_a_held_action_lives_in_the_state_and_a_start_ends_it(agent):
    holding = held_for_three_steps(agent)
    left, right = np.float32([0.05]), np.float32([0.95])
    values = {
        float(at[0]): holding.policy.values(np.asarray(at, float)[None])[0] for at in (left, right)
    }
    action, state = holding.predict(left)
    assert action == values[float(left[0])].argmax()
    remaining = [int(state[2][0])]
    for _ in range(3):
        held, state = holding.predict(right, state)
        remaining.append(int(state[2][0]))
        if remaining[-1] < 2:
            assert held == action
    assert remaining == [2, 1, 0, 2]
    _, state = holding.predict(left)
    _, state = holding.predict(right, state, np.array([True]))
    assert state[2][0] == 2
    assert holding.predict(right)[1][2][0] == 2  # without a state each step is decided anew


def test_actions_are_drawn_from_the_posterior(agent):
    place = np.float32([0.4])
    probs = agent.explain(place).action_probs[0]
    agent.set_random_seed(3)
    many, _ = agent.predict(np.tile(place, (3000, 1)), deterministic=False)
    np.testing.assert_allclose(np.bincount(many, minlength=3) / 3000, probs, atol=0.04)
    agent.set_random_seed(3)
    again, _ = agent.predict(np.tile(place, (3000, 1)), deterministic=False)
    np.testing.assert_array_equal(many, again)


def test_explanations_say_what_was_learned(agent):
    found = agent.explain(np.float32([[0.4], [0.88], [0.99]]))
    assert found.neg_efe.argmax(axis=1)[0] == 2
    assert found.reward[1, 2] > 0.7
    assert found.reward[0, 2] < 0.05
    assert found.ended[2] > 0.9
    assert found.ended[0] < 0.01
    assert (found.novelty > 0).all()


@pytest.mark.parametrize("goal", ["observation", "region", "preferences"])
def test_another_goal_needs_no_new_experience(agent, goal):
    if goal == "observation":
        other = agent.with_goal(observation=np.float32([0.2]))
    elif goal == "region":
        other = agent.with_goal(region=lambda seen: np.abs(seen[:, 0] - 0.2) < 0.05)
    else:
        other = agent.with_preferences(lambda seen: 1 - np.abs(seen[:, 0] - 0.2))
    env = Corridor()
    observation, _ = env.reset(seed=5)
    state = None
    for _ in range(30):
        action, state = other.predict(observation, state)
        observation, *_ = env.step(int(action))
    assert abs(float(observation[0]) - 0.2) < 0.13
    assert mean_return(agent, Corridor())[0] == 1.0  # the first one still wants what it wanted


def test_where_all_is_disliked_the_end_is_the_best(agent):
    other = agent.with_preferences(lambda seen: np.full(len(seen), -1.0))
    assert mean_return(other, Corridor())[1] < 14


def test_goals_are_checked(agent):
    with pytest.raises(ValueError, match="exactly one"):
        agent.with_goal()
    with pytest.raises(ValueError, match="nowhere"):
        agent.with_goal(region=lambda seen: seen[:, 0] > 7)
    with pytest.raises(ValueError, match="finite"):
        agent.with_preferences([np.zeros(3)])


def test_pymdp_plans_one_step_as_we_do(agent):
    """Its negative EFE is what its arrays say; it chooses what our plan of the member does."""
    genuine = agent.pymdp_agent(batch_size=4)
    places = jnp.float32([[0.2], [0.4], [0.6], [0.8]])
    beliefs = genuine.infer_states([places], empirical_prior=genuine.D)
    _, neg_efe = genuine.infer_policies(beliefs)
    belief = np.asarray(beliefs[0])[:, -1]
    B, C = np.asarray(genuine.B[0][0]), np.asarray(genuine.C[0][0])
    expected = np.einsum("nsu,bs,n->bu", B, belief, C)
    found = np.asarray(neg_efe).reshape(4, -1)
    np.testing.assert_allclose(found - found.mean(), expected - expected.mean(), atol=1e-3)
    own = belief[:, :-1] @ agent.policy.neg_efe[0][: belief.shape[1] - 1]
    np.testing.assert_array_equal(found.argmax(axis=1), own.argmax(axis=1))


def test_a_member_is_an_agent_of_pymdps_form(agent, table):
    for learned, seen in ((agent, np.float32([0.4])), (table, 4)):
        model = learned.model()
        assert model.planner == "dynamic_programming"
        np.testing.assert_array_equal(model.A, np.eye(model.num_states))
        single = ActiveInferenceEncoderAgent(learned.encoder(), model)
        assert single.predict(seen)[0] == 2


def test_a_file_is_checked_before_anything_is_built(agent, tmp_path):
    path = tmp_path / "agent.aif"
    other = agent.with_goal(observation=np.float32([0.2]))
    other.save(path)
    loaded = WorldModelAgent.load(path)
    np.testing.assert_array_equal(loaded.policy.neg_efe, other.policy.neg_efe)
    assert loaded.observation_space.shape == (1,)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    config["world_model"]["discount"] = 2.0
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(ValueError, match="discount"):
        WorldModelAgent.load(path)
    with pytest.raises(FileNotFoundError):
        WorldModelAgent.load(tmp_path / "none.aif")


def test_an_observation_never_seen_is_answered(table):
    cells = {int(look[0]) for look in table.looks[0]}
    unseen = next((cell for cell in range(10) if cell not in cells), None)
    if unseen is not None:
        assert table.predict(unseen)[0] in range(3)
    assert table.predict(np.arange(10))[0].shape == (10,)


def test_members_disagree_and_their_mean_decides():
    """Two members of one state each; one of them wants action 0 more than the other action 1."""
    ensemble = joined(
        [(np.zeros(1), np.eye(1))] * 2, [np.zeros((1, 1))] * 2, [np.ones(1)] * 2, "soft"
    )
    stays = sparse.csr_array(np.ones((2, 1)))
    members = [
        Member(
            stays, np.array([rewards]), np.zeros(1), np.ones((1, 2)), np.zeros((1, 1)), np.ones(1)
        )
        for rewards in ([3.0, 0.0], [0.0, 2.0])
    ]
    world = WorldModel(
        ensemble, tuple(members), np.arange(2), np.ones((2, 2), int), 0.5, 1, 2, 3.0
    )  # fmt: skip
    space = Corridor().observation_space
    decided = WorldModelAgent(world, space, Corridor().action_space)
    assert decided.predict(np.zeros(1))[0] == 0
    # Worth for ever are 3 / (1 - 0.5) = 6 and 2 / (1 - 0.5) = 4; a control adds half of it.
    expected = [[(3 + 3 + 0 + 2) / 2, (0 + 3 + 2 + 2) / 2]]
    np.testing.assert_allclose(decided.policy.values(np.zeros((1, 1))), expected)
