"""Scenarios by name: ours, those of installed packages, and any Gymnasium environment by its id."""

import functools
from collections.abc import Mapping
from importlib import metadata

from .epistemic import EPISTEMIC
from .line import LINE
from .own import of_environment
from .scenario import Scenario

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in (*LINE, *EPISTEMIC)}
"""Ours; a new file of scenarios is added here."""
ENTRY_POINTS = "aifgym.scenarios"
"""Group of entry points by which another package adds its own, `name = "module:SCENARIO"`."""


@functools.cache
def installed_scenarios() -> Mapping[str, metadata.EntryPoint]:
    """By name, entry points in the group `aifgym.scenarios`."""
    return {point.name: point for point in metadata.entry_points(group=ENTRY_POINTS)}


@functools.cache
def load_scenario(name: str) -> Scenario:
    """The scenario of a name.

    Args:
        name: of a built-in or installed one, or the id of a Gymnasium environment, such as
            `CartPole-v1` or `module:EnvId`; modules in the current folder are found too.

    Raises:
        ValueError: there is none, it cannot be loaded, or it is no scenario of that name.
    """
    if name in SCENARIOS:
        return SCENARIOS[name]
    if name not in installed_scenarios():
        return of_environment(name)
    point = installed_scenarios()[name]
    try:
        found = point.load()
    except Exception as error:  # whatever somebody else's module raises
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise ValueError(f"scenario {name!r} cannot be loaded: {reason}") from error
    if not isinstance(found, Scenario) or found.name != name:
        raise ValueError(f"scenario {name!r} must be a Scenario of that name, {point.value} is not")
    return found


def known_scenario(name: str) -> Scenario | None:
    """The same for whoever reads results: None for an environment, whose module is not imported."""
    return load_scenario(name) if name in SCENARIOS or name in installed_scenarios() else None
