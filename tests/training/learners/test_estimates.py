import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from aifgym.envs import LineWorld
from aifgym.training import simulate
from aifgym.training.learners.estimates import estimate
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
