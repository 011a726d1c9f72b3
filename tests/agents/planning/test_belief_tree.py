"""Beliefs carried down the tree against the tree that is computed once."""

import jax.numpy as jnp
import numpy as np
from aifgym.agents.planning.belief_tree import BeliefTree
from aifgym.agents.planning.tree import PolicyTree, _backed_up
from factored_models import factored_models
from helpers import random_distribution
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

FAST = settings(max_examples=5, deadline=None, phases=[Phase.generate, Phase.target])


@FAST
@given(factored_models(interacting=True, max_policy_len=2), st.integers(0, 2**32 - 1))
def test_beliefs_carried_down_the_tree_are_worth_what_the_policy_tree_says(model, seed):
    joint = model.joint
    belief = random_distribution(np.random.default_rng(seed), joint.num_states).astype(np.float32)
    tree = BeliefTree(joint, jnp.asarray(joint.A), jnp.asarray(joint.B))
    values = tree._backed_up(jnp.asarray(belief), jnp.max)
    expected = _backed_up(PolicyTree(joint), jnp.asarray(belief)[None], jnp.max)[:, 0]
    np.testing.assert_allclose(values, expected, atol=1e-4)
