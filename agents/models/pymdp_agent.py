"""The genuine pymdp `Agent`: the only place that builds one."""

import warnings
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from pymdp.agent import Agent

from .factored import Factors

BATCHED_LISTS = ("A", "B", "C", "D", "pA", "pB", "H")
BATCHED_NUMBERS = ("gamma", "alpha", "inductive_threshold", "inductive_epsilon")
KEPT = (
    "policy_len",
    "use_utility",
    "use_states_info_gain",
    "use_param_info_gain",
    "inference_algo",
    "num_iter",
    "action_selection",
    "sampling_mode",
    "categorical_obs",
    "inductive_depth",
)
# Entries of B above it count as a way in inductive inference, where nothing else is said.
REACHABLE = 0.5


def pymdp_agent(model, batch_size: int, preprocess_fn: Callable | None = None) -> Agent:
    """The pymdp `Agent` with the arrays and the settings of a `GenerativeModel`."""
    arrays, numbers, settings = agent_arguments(model)
    return build_agent(arrays, batch_size, preprocess_fn=preprocess_fn, **numbers, **settings)


def agent_arguments(model) -> tuple[dict[str, Any], dict[str, float], dict[str, Any]]:
    """What a pymdp `Agent` with a `GenerativeModel` is built from.

    Returns:
        Arrays by name; numbers that pymdp keeps as arrays; the other settings, hashable.

    Raises:
        ValueError: pymdp cannot have some Dirichlet counts, or inductive inference here.
    """
    factors = model.factors
    for name in ("pA", "pB"):
        if None in [None if a is None else 0 for a in getattr(factors, name) or ()]:
            raise ValueError(f"{name} has None for some arrays, and pymdp learns all of them")
    arrays = {name: getattr(factors, name) for name in BATCHED_LISTS} | {"E": model.E}
    inductive = model.planner == "inductive"
    if inductive and any(len(row) > 1 for row in factors.B_dependencies):
        raise ValueError("pymdp's 'inductive' needs factors that depend on themselves alone")
    if inductive and factors.H is None:
        arrays["H"] = preferred_states(factors)
    settings = {name: getattr(model, name) for name in KEPT} | {
        "inductive_depth": model.inductive_depth or max(factors.num_states),
        "use_inductive": inductive,
        "A_dependencies": factors.A_dependencies,
        "B_dependencies": factors.B_dependencies,
    }
    return arrays, {name: getattr(model, name) for name in BATCHED_NUMBERS}, settings


def preferred_states(factors: Factors) -> tuple[np.ndarray, ...]:
    """H: of each factor, one-hot on its value in the joint state that C prefers most."""
    utility = np.zeros(factors.num_states, np.float32)
    for A, C, row in zip(factors.A, factors.C, factors.A_dependencies):
        last = C if C.ndim == 1 else C[-1]
        order = np.argsort(row)
        shape = [size if f in row else 1 for f, size in enumerate(factors.num_states)]
        utility = utility + np.tensordot(last, A, axes=1).transpose(order).reshape(shape)
    best = np.unravel_index(utility.argmax(), utility.shape)
    return tuple(np.eye(size, dtype=np.float32)[i] for size, i in zip(factors.num_states, best))


def build_agent(
    arrays: dict[str, Any], batch_size: int, *, A_dependencies, B_dependencies, **settings
) -> Agent:
    """A pymdp `Agent` from arrays, which may be traced.

    Args:
        arrays: unbatched: lists A, B, C, D, pA, pB, H, and E; what is None is left to pymdp.
        batch_size: number of agents that run side by side.
        A_dependencies: per modality the factors that it depends on.
        B_dependencies: per factor the factors that its next state depends on.
        settings: of the `Agent`, by its names.
    """

    def batched(array) -> Array:
        return jnp.broadcast_to(jnp.asarray(array), (batch_size, *array.shape))

    lists = {
        name: [batched(array) for array in arrays[name]]
        for name in BATCHED_LISTS
        if arrays.get(name) is not None
    }
    E = arrays.get("E")
    with warnings.catch_warnings():
        # pymdp 1.0.4 marks parts of itself static, and equinox warns at each Agent built.
        warnings.filterwarnings("ignore", message="A JAX array is being set as static")
        return Agent(
            **lists,
            E=None if E is None else batched(E),
            A_dependencies=[list(row) for row in A_dependencies],
            B_dependencies=[list(row) for row in B_dependencies],
            num_controls=[array.shape[-1] for array in arrays["B"]],
            batch_size=batch_size,
            **settings,
        )
