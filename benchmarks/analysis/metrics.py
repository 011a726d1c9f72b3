"""The only place that looks at labels: how well inferred states agree with the true ones."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from ...agents import ActiveInferenceEncoderAgent
from ...training.data.trajectories import Trajectories


def inferred_states(agent: ActiveInferenceEncoderAgent, data: Trajectories) -> np.ndarray:
    """`(N, T)` int64, the most probable state at each step, given all up to it.

    Args:
        agent: filters the observations.
        data: sequences; beliefs start from a uniform prior, as sequences may start anywhere.
    """
    prior = np.full((data.num_sequences, agent.model.num_states), 1 / agent.model.num_states)
    observations, actions = np.asarray(data.observations), np.asarray(data.actions)
    states = []
    for t in range(actions.shape[1]):
        belief = agent.update_beliefs(observations[:, t], prior)
        prior = np.einsum("jin,ni->nj", agent.model.B[:, :, actions[:, t]], belief)
        states.append(belief.argmax(axis=1))
    return np.stack(states, axis=1)


def confusion_counts(true: np.ndarray, predicted: np.ndarray, num_states: int) -> np.ndarray:
    """`(K, K)` int64, how often `[true, predicted]` occurs.

    Args:
        true: hidden states, int, any shape.
        predicted: labels, int, same shape.
        num_states: K.
    """
    pairs = np.ravel(np.asarray(true)) * num_states + np.ravel(np.asarray(predicted))
    return np.bincount(pairs, minlength=num_states**2).reshape(num_states, num_states)


def confusion_matrix(true: np.ndarray, predicted: np.ndarray, num_states: int) -> np.ndarray:
    """`(K, K)` float64, `p(predicted | true)` by rows; the row of an absent state is zero.

    Source: pymdp's tutorial, section 8.
    """
    counts = confusion_counts(true, predicted, num_states)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def accuracy(true: np.ndarray, predicted: np.ndarray) -> float:
    """Fraction of equal labels, labels as they come."""
    return float(np.mean(np.asarray(true) == np.asarray(predicted)))


def best_alignment(
    true: np.ndarray, predicted: np.ndarray, num_states: int
) -> tuple[float, np.ndarray]:
    """Accuracy after the relabelling that agrees best.

    The tutorial (section 6) tries all K! permutations; the assignment problem has the same
    answer in polynomial time.

    Returns:
        The accuracy, and `(K,)` int64 that maps a predicted label to a state.
    """
    counts = confusion_counts(true, predicted, num_states)
    states, labels = linear_sum_assignment(counts, maximize=True)
    relabelling = np.empty(num_states, np.int64)
    relabelling[labels] = states
    return float(counts[states, labels].sum() / counts.sum()), relabelling
