"""What an observation says about the states, one modality at a time."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Int
from pymdp.maths import log_stable


def index_log_likelihood(
    outcome: Int[Array, " N"], A: Float[Array, "O *K"]
) -> Float[Array, "N *K"]:
    """`log p(o | s)` of outcomes that are seen as they are, integers `(N,)`."""
    return jnp.asarray(log_stable(A))[outcome]


def outcome_log_likelihood(
    log_probs: Float[Array, "N O"], A: Float[Array, "O *K"]
) -> Float[Array, "N *K"]:
    """`log sum_o A[o | s] p(x | o)` up to a constant per observation.

    Args:
        log_probs: `(N, O)`, `log p(x | o)` up to a constant per observation. An encoder's
            `log r(o | x)` is that where it was trained on equally frequent outcomes; minus
            `log rho(o)` (Bourlard and Morgan 1994, scaled likelihoods) it is for any.
        A: `(O, K...)`, `p(o | s)`.
    """
    # An outcome as likely as the likeliest has weight 1, so that nothing overflows.
    weights = jnp.exp(log_probs - log_probs.max(axis=-1, keepdims=True))
    return jnp.asarray(log_stable(jnp.tensordot(weights, A, axes=1)))
