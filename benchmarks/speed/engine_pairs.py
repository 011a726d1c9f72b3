"""Pairs of `aifgym speed` on the two engines: up to which size do flattened factors pay?"""

import numpy as np

from ...agents import ActiveInferenceEncoderAgent, GenerativeModel
from ...agents.acting.engines import MAX_JOINT_STATES
from ...envs.pymdp_envs.makers import make_grid_world
from .measurement import Action, Pair

# Rows and columns of a grid, and what is hidden: 128 to 1,024 joint states.
SIZES = ((8, 8, 2), (8, 16, 2), (16, 16, 2), (16, 16, 4))
BATCHES = (1, 64)
POLICY_LEN = 2


def hidden_context_model(rows: int, columns: int, contexts: int) -> GenerativeModel:
    """A grid in which a context that never changes decides what cells bring and what cues say."""
    rng, cells = np.random.default_rng(0), rows * columns
    world = make_grid_world((rows, columns)).model()
    outcome, cue = (
        np.moveaxis(rng.dirichlet(np.ones(count), (cells, contexts)), -1, 0)
        for count in (3, contexts + 1)
    )
    return GenerativeModel(
        A=[world["A"][0], outcome, cue],
        B=[world["B"][0], np.eye(contexts)[..., None]],
        C=[np.zeros(cells), [0, 3, -3], np.zeros(contexts + 1)],
        D=[np.full(cells, 1 / cells), np.full(contexts, 1 / contexts)],
        A_dependencies=[[0], [0, 1], [0, 1]],
        B_dependencies=[[0], [1]],
        policy_len=POLICY_LEN,
    )


def _engines(size: tuple[int, int, int], num_observations: int) -> tuple[Action, Action]:
    model, rng = hidden_context_model(*size), np.random.default_rng(0)
    observations = np.stack([rng.integers(n, size=num_observations) for n in model.num_outcomes], 1)
    return _predict(model, "joint", observations), _predict(model, "pymdp", observations)


def _predict(model: GenerativeModel, engine: str, observations: np.ndarray) -> Action:
    agent = ActiveInferenceEncoderAgent(None, model, engine=engine)
    memory, start = agent.predict(observations)[1], np.zeros(len(observations), bool)
    return lambda: agent.predict(observations, memory, start)


ENGINE_PAIRS = tuple(
    Pair(f"engine joint, {np.prod(size):,} joint states, `predict`, observations: {count}",
         "engine pymdp", float(np.prod(size) <= MAX_JOINT_STATES),
         lambda size=size, count=count: _engines(size, count))
    for size in SIZES
    for count in BATCHES
)  # fmt: skip
