"""What several tests build."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from aifgym.agents import GenerativeModel, ObservationEncoder, WorldModelAgent
from aifgym.agents.world_model.ensemble import joined
from aifgym.agents.world_model.model import Member, WorldModel
from aifgym.envs import LineWorld
from aifgym.training import Trajectories
from gymnasium.spaces import Box, Discrete
from scipy import sparse, stats

ENV_ID = "aifgym.envs:ContinuousLineWorld-v0"


def random_distribution(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Columns drawn from a flat Dirichlet: sums to 1 over the first axis."""
    weights = rng.exponential(size=shape) + 1e-3
    return weights / weights.sum(axis=0)


def random_model(rng, num_states=4, num_outcomes=5, num_actions=3, policy_len=3, **kwargs):
    return GenerativeModel(
        A=random_distribution(rng, num_outcomes, num_states),
        B=random_distribution(rng, num_states, num_states, num_actions),
        C=rng.normal(size=num_outcomes) * 3,
        D=random_distribution(rng, num_states),
        policy_len=policy_len,
        **kwargs,
    )


def small_encoder(num_outcomes: int = 5, seed: int = 0) -> ObservationEncoder:
    return ObservationEncoder(2, num_outcomes, 16, 2, 0.3, key=jax.random.key(seed))


def walking_agent(hold: int = 1, history: int = 1, **options) -> WorldModelAgent:
    """Two members of 9 states on a line in the plane; left, stay, right; reward at the right end.

    Args:
        hold: steps for which each action is held; so far it leads.
        history: observations in a window.
        options: of `WorldModelAgent`.
    """
    num, moves = 9, hold * np.array([-1, 0, 1])
    following = np.clip(np.arange(num)[:, None] + moves, 0, num - 1)
    width = 2 + 4 * (history - 1)
    looks = np.zeros((num, width))
    looks[:, 0] = np.arange(num)
    member = Member(
        sparse.csr_array(np.eye(num)[following.ravel()]),
        (following == num - 1).astype(float),
        np.zeros(num),
        np.full((num, 3), 5.0),
        looks,
        np.eye(num)[:2].sum(axis=0) / 2,
    )
    features, spacing = (np.zeros(width), np.eye(width)[:, :2]), np.ones(num)
    encoder = joined([features] * 2, [looks[:, :2]] * 2, [spacing] * 2, "soft")
    lengths = np.full((2, 3), hold)
    world = WorldModel(encoder, (member,) * 2, np.arange(3), lengths, 0.9, history, 3, 1.0)
    return WorldModelAgent(world, Box(-10, 10, (2,), np.float32), Discrete(3), **options)


def exact_encoder(world: LineWorld) -> ObservationEncoder:
    """The true posterior under a uniform prior; with one scale for all its logits are linear."""
    encoder = ObservationEncoder(2, world.num_states, width=1, depth=0, key=jax.random.key(0))
    weight = world.means / world.emission_scale**2
    linear = jnp.asarray(weight, jnp.float32), jnp.asarray(-(world.means * weight).sum(1) / 2, "f")
    return eqx.tree_at(lambda e: (e.mlp.layers[0].weight, e.mlp.layers[0].bias), encoder, linear)


def assert_transitions_follow_b(world: LineWorld, before, actions, after) -> None:
    """Chi-square test of each state and action; a false alarm has a chance of 1e-4."""
    for state in range(world.num_states):
        for action in range(3):
            moved = after[(before == state) & (actions == action)]
            expected = world.transition_matrix[:, state, action] * len(moved)
            counts, possible = np.bincount(moved, minlength=world.num_states), expected > 0
            assert not counts[~possible].any()
            if possible.sum() > 1:
                assert stats.chisquare(counts[possible], expected[possible]).pvalue > 1e-4


def arrays_of(tree) -> list[np.ndarray]:
    return [np.asarray(leaf) for leaf in jax.tree.leaves(eqx.filter(tree, eqx.is_array))]


def some_data(rng: np.random.Generator, num_sequences=4, length=5, num_actions=3) -> Trajectories:
    return Trajectories(
        jnp.asarray(rng.normal(size=(num_sequences, length, 2)) * 3, jnp.float32),
        jnp.asarray(rng.integers(num_actions, size=(num_sequences, length)), jnp.int32),
        jnp.ones((num_sequences, length), bool),
        num_actions=num_actions,
    )
