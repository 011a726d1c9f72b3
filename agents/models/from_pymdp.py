"""A built pymdp `Agent` taken apart into what a `GenerativeModel` is made of."""

from typing import Any

import numpy as np
from pymdp.agent import Agent
from pymdp.control import construct_policies

from .pymdp_agent import BATCHED_LISTS, BATCHED_NUMBERS, KEPT

LEARNED_HERE, NEVER_LEARNED = ("A", "B", "D"), ("C", "E")


def arguments_of(agent: Agent) -> dict[str, Any]:
    """What a `GenerativeModel` with the arrays and settings of a pymdp `Agent` is made of.

    Raises:
        ValueError: the agent holds what a model cannot keep; the message names it.
    """
    _check_kept(agent)
    arguments = {name: getattr(agent, name) for name in KEPT}
    for name in BATCHED_LISTS:
        lists = getattr(agent, name)
        if lists is not None:
            arguments[name] = [_of_all(f"{name}[{i}]", array) for i, array in enumerate(lists)]
    for name in BATCHED_NUMBERS:
        # The shortest decimal that is this float32: 0.001 comes back as 0.001.
        arguments[name] = float(str(_of_all(name, getattr(agent, name))))
    E = _of_all("E", agent.E)
    arguments["E"] = None if E is None or np.ptp(E) == 0 else E
    arguments["planner"] = "inductive" if agent.use_inductive else "tree"
    arguments["A_dependencies"] = agent.A_dependencies
    arguments["B_dependencies"] = agent.B_dependencies
    return arguments


def _of_all(name: str, array) -> np.ndarray | None:
    """What all agents of a batch have."""
    if array is None:
        return None
    array = np.asarray(array)
    if (array != array[:1]).any():
        raise ValueError(f"{name} must be the same for all {len(array)} agents of the batch")
    return array[0]


def _check_kept(agent: Agent) -> None:
    """Raises ValueError where the agent holds what a model cannot keep."""
    if not isinstance(agent, Agent):
        raise ValueError(f"agent must be a pymdp.agent.Agent, got {type(agent).__name__}")
    factors = range(agent.num_factors)
    controlled = [factor for factor in factors if agent.num_controls[factor] > 1]
    refused = {
        "preprocess_fn": (agent.preprocess_fn is not None, "give the agent encoders instead"),
        "B_action_dependencies": (
            agent.action_maps is not None
            or [list(row) for row in agent.B_action_dependencies] != [[f] for f in factors],
            "each factor has one control of its own here",
        ),
        "control_fac_idx": (
            list(agent.control_fac_idx or ()) != controlled,
            f"all factors with more than one action are controlled here: {controlled}",
        ),
        "policies": (_has_own_policies(agent), "all policies of policy_len steps are weighed here"),
        "inference_horizon": (agent.inference_horizon is not None, "no history is kept"),
        "inference_algo": (
            agent.inference_algo not in ("fpi", "ovf", "exact"),
            "only fpi, ovf and exact need no history",
        ),
        "I": (agent.use_inductive and agent.H is None, "give the Agent H, which I is made from"),
    }
    for letter in (*LEARNED_HERE, *NEVER_LEARNED):
        instead = f"leave it out, and say learn={(letter,)} to the agent that acts"
        if letter in NEVER_LEARNED:
            instead = "pymdp stores it and does not use it"
        refused[f"learn_{letter}"] = getattr(agent, f"learn_{letter}"), instead
    for name, (holds, instead) in refused.items():
        if holds:
            raise ValueError(f"agent has {name}={getattr(agent, name)!r:.60}, not kept: {instead}")


def _has_own_policies(agent: Agent) -> bool:
    usual = construct_policies(agent.num_states, list(agent.num_controls), agent.policy_len)
    given = agent.policies.policy_arr
    return given.shape != usual.shape or bool((given != usual).any())
