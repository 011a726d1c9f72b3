"""From what was learned to a generative model."""

import numpy as np

from ...agents.models.generative_model import GenerativeModel, epsilon_identity
from ..config import TrainConfig


def learned_model(
    config: TrainConfig, target_state: int | None, A: np.ndarray, B: np.ndarray, D: np.ndarray
) -> GenerativeModel:
    """The model with C of the target and the planning that `config` asks for.

    Args:
        config: preference, ambiguity, policy_len, planner.
        target_state: the preferred state; None prefers none.
        A: `(K, K)`, the encoder's own confusion; not used where the ambiguity is epsilon's.
        B: `(K, K, U)`.
        D: `(K,)`.
    """
    num_states = len(B)
    C = np.zeros(num_states)
    if target_state is not None:
        C[target_state] = config.preference
    if config.ambiguity == "epsilon":
        A = epsilon_identity(num_states, config.epsilon)
    return GenerativeModel(A=A, B=B, C=C, D=D, policy_len=config.policy_len, planner=config.planner)
