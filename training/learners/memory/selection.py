"""The memory that foretells best what it has not seen, and the agent that plans with it."""

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from ....agents.agent import ActiveInferenceEncoderAgent
from .candidates import FAMILIES, Candidate, Family, candidates
from .episodes import Episodes
from .export import memory_agent
from .machine import Machine, TooManyStatesError

# One episode in so many is held out. Memory must foretell by so many nats a step better than the
# newest observation alone, and by so many standard errors.
HELD_OUT, LEAST_GAIN, STANDARD_ERRORS = 5, 0.01, 1.0


class Chosen(NamedTuple):
    """What was compared and chosen.

    Attributes:
        family: of the memory chosen; `"none"` has no agent.
        agent: which plans with it.
        rows: one dict per model that was compared: `family`, `model`, held-out log probabilities
            in nats per step of `outcomes` and `observations`, `chosen`, and of the chosen one
            `num_states`, `planner` and `why`.
    """

    family: Family
    agent: ActiveInferenceEncoderAgent | None
    rows: list[dict]


def chosen_memory(
    data: Episodes, families: tuple[Family, ...], space: gym.spaces.Discrete, seed: list[int]
) -> Chosen:
    """Fits models of all families to four fifths of the episodes, keeps the best on the rest.

    Args:
        data: all episodes.
        families: that are compared.
        space: of observations.
        seed: of everything random.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(data.lengths))
    held = np.sort(order[: max(len(order) // HELD_OUT, 1)])
    rest = np.sort(order[len(held) :]) if len(order) > 1 else held
    found = [
        candidate
        for family in FAMILIES
        if family in families
        for candidate in candidates(family, data.take(rest), data.take(held), rng)
    ]
    steps = int(data.lengths[held].sum())
    rows = [_row(candidate, steps) for candidate in found]
    for place in _best_first(found, steps):
        if found[place].family == "none":
            break
        try:
            machine = found[place].machine(data)
        except TooManyStatesError:
            rows[place]["why"] = "too many states to plan over"
            continue
        agent, notes = _agent(machine, data, found[place], space, seed)
        rows[place] |= notes | {"chosen": True}
        return Chosen(found[place].family, agent, rows)
    for row in rows:
        row["chosen"] = row["family"] == "none"
    return Chosen("none", None, rows)


def _best_first(found: list[Candidate], steps: int) -> list[int]:
    """Places of the candidates; none of those behind one without memory is asked for."""
    totals = np.array([candidate.log_probs.sum() for candidate in found])
    order = np.argsort(-totals, kind="stable").tolist()
    plain = [place for place, candidate in enumerate(found) if candidate.family == "none"]
    if plain and not _pays(found[order[0]], found[plain[0]], steps):
        return plain
    return order


def _pays(best: Candidate, plain: Candidate, steps: int) -> bool:
    gains = best.log_probs - plain.log_probs
    error = np.sqrt(len(gains)) * gains.std()
    return gains.sum() > max(LEAST_GAIN * steps, STANDARD_ERRORS * error)


def _row(candidate: Candidate, steps: int) -> dict:
    return {
        "family": candidate.family,
        "model": candidate.name,
        "outcomes": float(candidate.outcomes.sum() / steps),
        "observations": float(candidate.observations.sum() / steps),
        "chosen": False,
        "num_states": None,
        "planner": None,
        "why": "",
    }


def _agent(
    machine: Machine, data: Episodes, candidate: Candidate, space, seed: list[int]
) -> tuple[ActiveInferenceEncoderAgent, dict]:
    """The agent, and which planner it has and why."""
    known = candidate.family not in ("latent", "hybrid")
    planner = "dynamic_programming" if known else "point_based"
    settings = {
        "dynamics": "learned",
        "memory": {"family": candidate.family, "model": candidate.name},
    }
    agent = memory_agent(machine, data, space, planner, seed[0], settings)
    size = len(machine.symbols)
    if known:
        why = "the past tells the state, so dynamic programming is exact"
        return agent, {"num_states": size, "planner": planner, "why": why}
    found: Any = agent.planner
    promised = ", ".join(f"{name} {value:.3f}" for name, value in found.promised)
    why = f"return inside the model: {promised}"
    return agent, {"num_states": size, "planner": f"{planner}: {found.chosen}", "why": why}
