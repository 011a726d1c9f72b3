"""Variational free energy of beliefs, taken apart."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..numpy_maths import log


class FreeEnergy(NamedTuple):
    """Of N posteriors, nats: `vfe = complexity - accuracy`.

    Attributes:
        accuracy: `(N,)`, expected log likelihood of the observation. Of a continuous one it counts
            from the likelihood that its likeliest outcome gives it.
        complexity: `(N,)`, divergence of the posterior from the prior.
        vfe: `(N,)`, variational free energy; `vfe` of pymdp's `Agent.infer_states`.
    """

    accuracy: np.ndarray
    complexity: np.ndarray
    vfe: np.ndarray


def free_energy(
    beliefs: Sequence[np.ndarray],
    prior: Sequence[np.ndarray],
    log_likelihoods: Sequence[np.ndarray],
    dependencies: Sequence[Sequence[int]],
) -> FreeEnergy:
    """Free energy of a product of beliefs about each factor.

    Args:
        beliefs: per factor `(N, K_f)`.
        prior: per factor `(N, K_f)`.
        log_likelihoods: per modality `(N, K of each factor in dependencies[m])`.
        dependencies: per modality the factors that it depends on.
    """
    accuracy, complexity = np.zeros((2, len(beliefs[0])))
    for q, p in zip(beliefs, prior):
        complexity = complexity + (q * (log(q) - log(p))).sum(axis=1)
    for array, row in zip(log_likelihoods, dependencies):
        arguments = [array, [0, *(1 + factor for factor in row)]]
        for factor in row:
            arguments += [beliefs[factor], [0, 1 + factor]]
        accuracy = accuracy + np.einsum(*arguments, [0])
    return FreeEnergy(accuracy, complexity, complexity - accuracy)
