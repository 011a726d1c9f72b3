"""Prefixes that lead to the same states are one, and nothing is lost by that."""

import dataclasses
import itertools

import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import GenerativeModel
from aifgym.agents.planning.choose import build_planner
from aifgym.agents.planning.prefixes import different_prefixes, shared_rows
from aifgym.agents.planning.tree import PolicyTree, negative_expected_free_energy
from helpers import random_distribution, random_model


def ring(num_states=4, noise=0.0) -> np.ndarray:
    """Back, stay and forward on a ring, where the order of steps does not matter."""
    moves = np.stack([np.roll(np.eye(num_states), step, 0) for step in (-1, 0, 1)], axis=2)
    return (1 - noise) * moves + noise / num_states


def ring_model(policy_len, **settings) -> GenerativeModel:
    rng = np.random.default_rng(0)
    A = random_distribution(rng, 3, 4)
    return GenerativeModel(
        A, ring(noise=0.1), rng.normal(size=3), np.full(4, 0.25), policy_len, **settings
    )


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_each_prefix_has_the_matrix_of_its_actions(noise):
    B = ring(noise=noise)
    prefixes, matrices, _ = different_prefixes(B, 3)
    for policy, numbers in zip(itertools.product(range(3), repeat=3), prefixes.of_policies):
        reached = np.eye(4)
        for action, number in zip(policy, numbers):
            reached = B[:, :, action] @ reached
            np.testing.assert_allclose(matrices[number], reached, atol=1e-6)
    assert not prefixes.is_tree


def test_only_what_leads_elsewhere_counts():
    # Without noise a ring of 4 has 4 rotations; with it each length has its own.
    assert len(different_prefixes(ring(), 5)[1]) == 4
    prefixes, matrices, _ = different_prefixes(random_model(np.random.default_rng(0)).B, 3)
    assert prefixes.is_tree
    assert len(matrices) == 3 + 9 + 27
    with pytest.raises(MemoryError):
        different_prefixes(random_model(np.random.default_rng(0)).B, 3, at_most=20)


@pytest.mark.parametrize("has_prior", [False, True])
def test_shared_prefixes_are_weighed_and_chosen_as_by_pymdp(has_prior):
    rng = np.random.default_rng(1)
    E = random_distribution(rng, 27) if has_prior else None
    model = ring_model(3, gamma=3.0, E=E)
    tree, belief = PolicyTree(model), rng.dirichlet(np.ones(4), size=4).astype(np.float32)
    q_pi, neg_efe = model.to_pymdp(4).infer_policies([jnp.asarray(belief)[:, None]])
    ours = negative_expected_free_energy(tree, jnp.asarray(belief))
    np.testing.assert_allclose(ours, neg_efe, atol=1e-5)
    by_action = np.asarray(q_pi).reshape(4, 3, 9).max(axis=2)
    for action in (
        np.asarray(tree.best_action(jnp.asarray(belief))),
        tree.on_host().numpy_best_action(belief),
    ):
        best = by_action[np.arange(4), action]
        np.testing.assert_allclose(best, by_action.max(axis=1), atol=1e-5)


def test_more_policies_than_fit_in_memory_are_weighed_where_few_prefixes_differ():
    model = GenerativeModel(
        np.eye(4),
        ring(),
        np.eye(4)[3],
        np.full(4, 0.25),
        policy_len=30,
        planner="tree",
        use_states_info_gain=False,
    )
    tree = build_planner(model)
    assert tree.prefixes.num_different == 4
    # The preferred state is one back from 0 and one forward from 2; 1 is as far on both sides.
    action = np.asarray(tree.best_action(jnp.eye(4)))
    assert (action[0], action[2], action[3]) == (0, 2, 1)
    assert action[1] != 1
    with pytest.raises(ValueError, match="more than fit in memory"):
        build_planner(
            dataclasses.replace(
                random_model(np.random.default_rng(0)), policy_len=30, planner="tree"
            )
        )


def test_rows_of_outcomes_that_repeat_are_computed_once():
    rng = np.random.default_rng(0)
    rows, place = rng.random((3, 4)).astype(np.float32), rng.integers(3, size=(5, 6))
    found, uses = shared_rows(rows[place])
    assert found.shape == (3, 4)
    squares = (rows[place] ** 2).sum(axis=(0, 2))
    np.testing.assert_allclose(uses @ (found**2).sum(axis=1), squares, rtol=1e-5)
    alone, none = shared_rows(rng.random((5, 6, 4)))
    assert none is None
    assert alone.shape == (30, 4)
