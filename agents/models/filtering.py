"""Exact Bayesian filtering of one hidden-state factor; equal to pymdp's `Agent`, batched."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from pymdp.maths import log_stable


def state_log_likelihood(
    outcome: Float[Array, "*batch O"], A: Float[Array, "O K"]
) -> Float[Array, "*batch K"]:
    """Expected log likelihood `sum_o outcome[o] log p(o | s)` of a categorical observation.

    Source: `pymdp.maths.compute_log_likelihood`.
    """
    return outcome @ log_stable(A)


def scaled_log_likelihood(
    log_probs: Float[Array, "*batch K"], usage: Float[Array, " K"]
) -> Float[Array, "*batch K"]:
    """`log r(s | x) - log rho(s)`, which is `log p(x | s)` up to a constant per observation.

    Source: Bourlard and Morgan 1994, "Connectionist speech recognition", scaled likelihoods.

    Args:
        log_probs: `(..., K)`, the encoder's `log r(s | x)`.
        usage: `(K,)`, rho, the mean of `r(s | x)` over the data.
    """
    return log_probs - jnp.broadcast_to(log_stable(usage), log_probs.shape)


def update_belief(
    log_likelihood: Float[Array, "*batch K"], prior: Float[Array, "*batch K"]
) -> Float[Array, "*batch K"]:
    """Posterior `q(s_t)` from the prior `p(s_t | past)`; `Agent.infer_states`."""
    return jax.nn.softmax(log_likelihood + log_stable(prior), axis=-1)


def variational_free_energy(
    belief: Float[Array, "*batch K"],
    log_likelihood: Float[Array, "*batch K"],
    prior: Float[Array, "*batch K"],
) -> Float[Array, "*batch"]:
    """`E_q[log q(s) - log p(o, s)]` in nats; the `vfe` that `Agent.infer_states` reports."""
    log_belief, log_prior = jnp.asarray(log_stable(belief)), jnp.asarray(log_stable(prior))
    return jnp.sum(belief * (log_belief - log_prior - log_likelihood), axis=-1)


def predict_belief(
    belief: Float[Array, "N K"], action: Int[Array, " N"], B: Float[Array, "K K U"]
) -> Float[Array, "N K"]:
    """`p(s_{t+1} | a_t, past)`; `Agent.update_empirical_prior`."""
    # One product for all actions, then a choice: to gather a matrix per sequence would make the
    # gradient a slow scatter. The next state comes last, so that the choice sums whole rows.
    num_states, _, num_actions = B.shape
    matrix = B.transpose(1, 2, 0).reshape(num_states, num_actions * num_states)
    by_action = (belief @ matrix).reshape(-1, num_actions, num_states)
    chosen = jax.nn.one_hot(action, num_actions, dtype=B.dtype)
    return jnp.sum(by_action * chosen[:, :, None], axis=1)


def filter_beliefs(
    log_likelihood: Float[Array, "N T K"],
    actions: Int[Array | np.ndarray, "N T"],
    B: Float[Array, "K K U"],
    D: Float[Array, " K"],
) -> tuple[Float[Array, "N T K"], Float[Array, "N T K"]]:
    """Filters whole sequences.

    Args:
        log_likelihood: `(N, T, K)`, `log p(o_t | s_t)` up to a constant per step.
        actions: `(N, T)`, `a_t`.
        B: `(K, K, U)`, `p(s_{t+1} | s_t, a_t)`.
        D: `(K,)`, `p(s_0)`.

    Returns:
        Posteriors `p(s_t | o_0..o_t)` and priors `p(s_t | o_0..o_{t-1})`, both `(N, T, K)`.
    """

    def step(prior, at_t):
        log_likelihood_t, action = at_t
        belief = update_belief(log_likelihood_t, prior)
        return predict_belief(belief, action, B), (belief, prior)

    first = jnp.broadcast_to(D, (log_likelihood.shape[0], D.shape[0]))
    by_time = jnp.swapaxes(log_likelihood, 0, 1), actions.T
    _, results = jax.lax.scan(step, first, by_time)
    beliefs, priors = (jnp.swapaxes(array, 0, 1) for array in results)
    return beliefs, priors
