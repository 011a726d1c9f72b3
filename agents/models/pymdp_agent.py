"""The genuine pymdp `Agent`: the only place that builds one."""

import warnings
from collections.abc import Callable, Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from pymdp.agent import Agent

# Entries of B above it count as a way in inductive inference.
REACHABLE = 0.5


def build_pymdp_agent(
    arrays: Mapping[str, np.ndarray | Array],
    batch_size: int,
    *,
    policy_len: int,
    gamma: float,
    use_states_info_gain: bool,
    goal: np.ndarray | Array | None = None,
    preprocess_fn: Callable | None = None,
) -> Agent:
    """A pymdp `Agent` for categorical observations with exact one-pass inference.

    Its settings are those of section 3 of pymdp's tutorial; arrays may be traced.

    Args:
        arrays: unbatched A, B, C, D and, where policies differ a priori, E.
        batch_size: number of agents that run side by side.
        policy_len: length of a policy.
        gamma: precision of the posterior over policies.
        use_states_info_gain: whether planning values information about the state.
        goal: `(K,)`, H; with it pymdp plans by inductive inference.
        preprocess_fn: maps raw observations to a list with one `(batch_size, O)` array.
    """

    def batched(array: np.ndarray | Array) -> Array:
        return jnp.broadcast_to(jnp.asarray(array), (batch_size, *array.shape))

    inductive = {}
    if goal is not None:
        inductive = {
            "use_inductive": True,
            "H": [batched(goal)],
            "inductive_depth": len(goal),
            "inductive_threshold": REACHABLE,
        }
    with warnings.catch_warnings():
        # pymdp 1.0.4 marks parts of itself static, and equinox warns at each Agent built.
        warnings.filterwarnings("ignore", message="A JAX array is being set as static")
        return Agent(
            **{name: [batched(arrays[name])] for name in "ABCD"},
            E=batched(arrays["E"]) if "E" in arrays else None,
            A_dependencies=[[0]],
            B_dependencies=[[0]],
            num_controls=[arrays["B"].shape[-1]],
            batch_size=batch_size,
            policy_len=policy_len,
            gamma=gamma,
            categorical_obs=True,
            preprocess_fn=preprocess_fn,
            inference_algo="fpi",
            num_iter=1,
            action_selection="deterministic",
            sampling_mode="full",
            use_utility=True,
            use_states_info_gain=use_states_info_gain,
            **inductive,
        )
