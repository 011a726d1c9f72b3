import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel, Learning
from aifgym.envs import LineWorld
from aifgym.training import simulate
from aifgym.training.learners.estimates import PSEUDO_COUNT, estimate
from helpers import exact_encoder


def test_usage_adds_up_after_however_many_steps():
    """In float32, sums over so many soft assignments do not."""
    world = LineWorld(start_state=None)
    data, _ = simulate(world, 30_000, 6, jax.random.key(0))
    soft = jnp.asarray(0.95 * np.eye(5) + 0.01, jnp.float32)
    encoder = eqx.tree_at(
        lambda e: e.merge, exact_encoder(world), soft, is_leaf=lambda leaf: leaf is None
    )
    usage = estimate(encoder, world.transition_matrix, world.initial_probs, data).usage
    assert abs(usage.sum() - 1) < 1e-9
    np.testing.assert_allclose(usage, 0.2, atol=0.06)


def test_counts_are_as_strong_as_the_data_and_can_be_gone_on_from():
    world = LineWorld()
    data, _ = simulate(world, 500, 6, jax.random.key(0))
    B, D = world.transition_matrix, world.initial_probs
    found = estimate(exact_encoder(world), B, D, data)
    pA, pB, pD = (found.counts[name] for name in ("pA", "pB", "pD"))
    assert pB.sum() == pytest.approx(500 * 5, rel=1e-4)
    assert pA.sum() == pytest.approx(500 * 6 + 25 * PSEUDO_COUNT, rel=1e-4)
    assert pD.sum() == pytest.approx(500)
    np.testing.assert_allclose(pA / pA.sum(axis=0), found.A)
    actions = np.asarray(data.actions)[:, :5]
    taken = [(actions == action).sum() for action in range(3)]
    np.testing.assert_allclose(pB.sum(axis=(0, 1)), taken, rtol=1e-3)
    model = GenerativeModel(A=found.A, B=B, D=D, policy_len=2, planner="tree", **found.counts)
    learn = Learning(("A", "B", "D"), max_count=None)
    agent = ActiveInferenceEncoderAgent(exact_encoder(world), model, found.usage, learn=learn)
    _, state = agent.predict(np.zeros((1, 2), np.float32))
    assert agent.counts(state)["pA"].sum() == pytest.approx(pA.sum() + 1, rel=1e-4)
