"""What one more observation or transition tells about a model's parameters, in expectation.

A Dirichlet distribution with counts `a`, of which outcome `o` is seen once more, has moved by

    KL[Dir(a + e_o) | Dir(a)] = log(sum a / a_o) + digamma(a_o + 1) - digamma(sum a + 1)

nats (Da Costa et al. 2020, "Active inference on discrete state-spaces: a synthesis"; the weights of
pymdp's `use_param_info_gain`). pymdp multiplies them by the product of the predicted outcome and
the predicted state, as if both were independent; here they are weighed by their joint probability,
so that an outcome counts for the states that bring it. Both agree where the state is sure.
"""

from collections.abc import Sequence
from typing import Any

import jax.scipy.special
import numpy as np
import scipy.special

from .flattening import joint_likelihood

# Below it the logarithm of a count has no meaning; such an outcome is never expected either.
SMALLEST_COUNT = 1e-12


def divergence_of_one_more(counts: Any, xp: Any = np) -> Any:
    """Nats by which each outcome, seen once more, moves the Dirichlet of its column; 0 for none.

    Args:
        counts: `(O, ...)`.
        xp: `jax.numpy` where they are traced.
    """
    digamma: Any = scipy.special.digamma if xp is np else jax.scipy.special.digamma
    total = counts.sum(axis=0, keepdims=True)
    moved = xp.log(xp.maximum(total, SMALLEST_COUNT) / xp.maximum(counts, SMALLEST_COUNT))
    moved = moved + digamma(counts + 1.0) - digamma(total + 1.0)
    return xp.where(counts > 0, xp.maximum(moved, 0.0), 0.0)


def expected_gain(counts: Any, probabilities: Any, xp: Any = np) -> Any:
    """Expected nats of one more outcome, drawn as `probabilities` say, for each column."""
    return (probabilities * divergence_of_one_more(counts, xp)).sum(axis=0)


def joint_novelty(
    A_gains: Sequence[Any],
    B_gains: Sequence[Any],
    B: Any,
    dependencies: tuple[Sequence[Sequence[int]], Sequence[Sequence[int]]],
    num_states: Sequence[int],
    actions: np.ndarray,
    xp: Any = np,
) -> Any:
    """`(K, U)`: nats that an action in a joint state tells about A, at its end, and about B.

    Args:
        A_gains: per modality `expected_gain` of its columns, or None where A is known.
        B_gains: per factor the same, the action last.
        B: `(K, K, U)` of the joint states.
        dependencies: of A and of B.
        num_states: of each factor.
        actions: `(U, F)`, the action of each factor in each joint action.
        xp: `jax.numpy` where they are traced.
    """
    gain = xp.zeros(B.shape[1:], np.float32)
    for found, row in zip(A_gains, dependencies[0]):
        if found is not None:
            by_state = joint_likelihood(found[None], row, num_states, xp)[0]
            gain = gain + xp.einsum("nsu,n->su", B, by_state)
    for factor, (found, row) in enumerate(zip(B_gains, dependencies[1])):
        if found is not None:
            by_action = joint_likelihood(xp.moveaxis(found, -1, 0), row, num_states, xp)
            gain = gain + by_action[actions[:, factor]].T
    return gain
