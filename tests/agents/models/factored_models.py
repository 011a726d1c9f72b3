"""Models of several factors and modalities, drawn at random, and brute force on them."""

import itertools

import numpy as np
from aifgym.agents.models.generative_model import GenerativeModel
from helpers import random_distribution
from hypothesis import strategies as st


def random_lists(rng, num_states, num_outcomes, num_controls, A_dependencies, B_dependencies):
    """A, B, C, D of these sizes as keyword arguments of a model."""
    states = np.array(num_states)
    return {
        "A": [
            random_distribution(rng, size, *states[list(row)])
            for size, row in zip(num_outcomes, A_dependencies)
        ],
        "B": [
            random_distribution(rng, size, *states[list(row)], controls)
            for size, row, controls in zip(num_states, B_dependencies, num_controls)
        ],
        "C": [rng.normal(size=size) * 2 for size in num_outcomes],
        "D": [random_distribution(rng, size) for size in num_states],
        "A_dependencies": A_dependencies,
        "B_dependencies": B_dependencies,
    }


@st.composite
def factored_models(draw, interacting: bool, max_policy_len: int = 2):
    """1 to 3 factors and modalities; `interacting` factors may depend on each other."""
    num_factors = draw(st.integers(1, 3))
    num_states = draw(st.lists(st.integers(1, 3), min_size=num_factors, max_size=num_factors))
    num_controls = draw(st.lists(st.integers(1, 2), min_size=num_factors, max_size=num_factors))
    num_outcomes = draw(st.lists(st.integers(2, 3), min_size=1, max_size=3))
    some = st.lists(st.sampled_from(range(num_factors)), min_size=1, unique=True)
    A_dependencies = [draw(some) for _ in num_outcomes]
    B_dependencies = [[f] for f in range(num_factors)]
    if interacting:
        B_dependencies = [draw(some.filter(lambda row, f=f: f in row)) for f in range(num_factors)]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    lists = random_lists(
        rng, num_states, num_outcomes, num_controls, A_dependencies, B_dependencies
    )
    return GenerativeModel(
        **lists,
        policy_len=draw(st.integers(1, max_policy_len)),
        gamma=draw(st.sampled_from([0.5, 1.0, 4.0])),
        use_states_info_gain=draw(st.booleans()),
    )


def joint_states(model) -> list[tuple[int, ...]]:
    return list(itertools.product(*map(range, model.num_states)))


def actions(model) -> list[tuple[int, ...]]:
    return list(itertools.product(*map(range, model.num_controls)))


def transition(model, state, action, following) -> float:
    """`p(following | state, action)`, one entry of each factor's B after the other."""
    probability = 1.0
    for f, row in enumerate(model.B_dependencies):
        current = tuple(state[g] for g in row)
        probability *= model.B[f][(following[f], *current, action[f])]
    return probability


def likelihood(model, modality, outcome, state) -> float:
    row = model.A_dependencies[modality]
    return model.A[modality][(outcome, *(state[f] for f in row))]


def brute_force_posterior(model, prior, outcomes) -> np.ndarray:
    """`(K,)` over all joint states, from `(K,)`."""
    weights = [
        prior[i] * np.prod([likelihood(model, m, o, state) for m, o in enumerate(outcomes)])
        for i, state in enumerate(joint_states(model))
    ]
    return np.array(weights) / np.sum(weights)


def brute_force_neg_efe(model, belief) -> np.ndarray:
    """`neg_efe` of all policies: utility plus information gain of each modality, step by step."""
    states, values = joint_states(model), []
    for policy in itertools.product(actions(model), repeat=model.policy_len):
        now, value = np.asarray(belief, np.float64), 0.0
        for action in policy:
            now = np.array(
                [
                    sum(p * transition(model, s, action, following) for p, s in zip(now, states))
                    for following in states
                ]
            )
            value += sum(_step_value(model, m, now, states) for m in range(len(model.A)))
        values.append(value)
    return np.array(values)


def _step_value(model, modality, belief, states) -> float:
    table = np.array(
        [
            [likelihood(model, modality, o, s) for s in states]
            for o in range(model.num_outcomes[modality])
        ],
        np.float64,
    )
    outcome = table @ belief
    value = outcome @ model.C[modality]
    if model.use_states_info_gain:
        value += -(outcome * np.log(outcome)).sum() + ((table * np.log(table)).sum(0) @ belief)
    return value
