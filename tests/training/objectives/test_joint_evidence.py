"""The evidence of a model of several modalities, against the sum over all paths of its states."""

import itertools
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents.encoders.one_hot import OneHotEncoder
from aifgym.agents.encoders.protocol import log_encode
from aifgym.training.data.trajectories import Trajectories
from aifgym.training.descent.adam import Parameters, known_logits
from aifgym.training.objectives.joint_evidence import SeenParts, joint_evidence
from helpers import random_model


def test_the_evidence_is_the_sum_over_all_paths():
    rng = np.random.default_rng(0)
    num_states, length, lengths = 3, 4, np.array([4, 3, 1])
    models = [random_model(rng, num_states, count, num_actions=2) for count in (2, 4, 3)]
    B, D = np.asarray(models[0].B, float), np.asarray(models[0].D, float)
    tables = [np.asarray(one.A, float) for one in models]
    mask = np.arange(length) < lengths[:, None]
    actions = rng.integers(2, size=mask.shape)
    # Two modalities seen through soft tables of 5 and 6 numbers, one as it is.
    sizes = (5, 6)
    encoders = tuple(
        OneHotEncoder(size, len(table)).drawn(jnp.array([7, size], jnp.uint32), 2.0)
        for size, table in zip(sizes, tables)
    )
    seen = tuple(rng.integers(size, size=mask.shape) for size in sizes)
    outcome = rng.integers(3, size=mask.shape)
    known = np.log(tables[2][outcome])
    parts: Any = SeenParts(encoders, tuple(map(jnp.asarray, tables[:2])))
    parameters = Parameters(parts, known_logits(B), known_logits(D))
    data = Trajectories((seen, known), actions, mask, num_actions=2)
    loss, in_use = joint_evidence(parameters, data, jnp.float32(1.0))

    likelihood = np.exp(known)
    effective = 0.0
    for encoder, x, table in zip(encoders, seen, tables):
        r = np.exp(np.asarray(log_encode(encoder, jnp.asarray(x)), float))
        rho = r[mask].mean(axis=0)
        likelihood = likelihood * np.einsum("nto,os->nts", r / rho, table)
        effective += np.exp(-(rho * np.log(rho)).sum())
    total = 0.0
    for row, steps in enumerate(lengths):
        paths = 0.0
        for path in itertools.product(range(num_states), repeat=int(steps)):
            weight = D[path[0]] * likelihood[row, 0, path[0]]
            for t in range(1, steps):
                weight *= B[path[t], path[t - 1], actions[row, t - 1]]
                weight *= likelihood[row, t, path[t]]
            paths += weight
        total += np.log(paths)
    assert float(loss) == pytest.approx(-total / mask.sum(), abs=1e-5)
    assert float(in_use) == pytest.approx(effective, rel=1e-5)
