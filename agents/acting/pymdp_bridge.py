"""The genuine pymdp `Agent` on continuous observations."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from pymdp.agent import Agent

from ..encoders.protocol import Encoder, encode, log_encode
from ..models.filtering import scaled_log_likelihood
from ..models.generative_model import GenerativeModel
from ..planning.choose import resolved_planner
from ..planning.protocol import PLANNERS


def continuous_pymdp_agent(
    encoder: Encoder, model: GenerativeModel, usage: np.ndarray | None, batch_size: int
) -> Agent:
    """The model as a pymdp `Agent` whose `preprocess_fn` is the encoder.

    Args:
        encoder: maps observations to outcomes.
        model: A, B, C, D.
        usage: `(K,)`, rho, where the agent is fed scaled likelihoods, else None.
        batch_size: number of agents side by side.

    Raises:
        ValueError: the agent is fed likelihoods, and no observation vector gives them through A.
    """
    goal = PLANNERS.find(resolved_planner(model)).pymdp_goal(model)
    if usage is None:
        return model.to_pymdp(
            batch_size, lambda observations: [encode(encoder, observations[0])], goal
        )
    solve, share = observation_solver(model.A), jnp.asarray(usage)

    def preprocess(observations: list) -> list:
        return [solve(scaled_log_likelihood(log_encode(encoder, observations[0]), share))]

    return model.to_pymdp(batch_size, preprocess, goal)


def observation_solver(A: np.ndarray) -> Callable:
    """A function from log likelihoods `(N, K)` to observation vectors `(N, O)`.

    pymdp infers states from `observation @ log A`; the vector makes that product equal to the
    wanted log likelihood, up to a constant per row, which no posterior sees.

    Raises:
        ValueError: `log A` does not have full rank.
    """
    log_A = np.log(np.maximum(A.astype(np.float64), np.finfo(np.float64).eps))
    if np.linalg.matrix_rank(log_A) < A.shape[1]:
        raise ValueError("A has states with the same outcomes: log A must have full rank")
    inverse = jnp.asarray(np.linalg.pinv(log_A), jnp.float32)

    def solve(log_likelihood):
        centred = log_likelihood - log_likelihood.max(axis=-1, keepdims=True)
        return centred @ inverse

    return solve
