"""Contenders by name: ours, those of installed packages, and `module:Class`."""

import functools
import importlib
from importlib import metadata

from ..system import current_folder
from .base import Contender

ENTRY_POINTS = "aifgym.contenders"
"""Group of entry points by which another package adds its own."""
HERE, AGENT_FILE = __package__, ".aif"
# By address, so that a trial loads only the libraries of its own contender.
BUILT_IN = {
    "aifgym": f"{HERE}.active_inference:ActiveInference",
    "aifgym learned": f"{HERE}.active_inference:LearnedDynamics",
    "aifgym given model": f"{HERE}.given_model:GivenModel",
    "aifgym given model to the end": f"{HERE}.given_model:GivenModelToTheEnd",
    "aifgym world model": f"{HERE}.world_model:WorldModel",
    "tutorial's recipe": f"{HERE}.active_inference:TutorialRecipe",
    "PPO": f"{HERE}.sb3:PPO",
    "PPO tuned": f"{HERE}.sb3:TunedPPO",
    "PPO restarted": f"{HERE}.sb3:RestartedPPO",
    "PPO stacked": f"{HERE}.sb3:StackedPPO",
    "RecurrentPPO": f"{HERE}.sb3:RecurrentPPO",
    "DQN": f"{HERE}.sb3:DQN",
    "random": f"{HERE}.references:Random",
    "best constant": f"{HERE}.references:BestConstant",
    "exact Bayes": f"{HERE}.references:ExactBayes",
    "full information": f"{HERE}.references:Optimal",
}


@functools.cache
def installed_contenders() -> dict[str, str]:
    """Name to address, of entry points in the group `aifgym.contenders`."""
    return {point.name: point.value for point in metadata.entry_points(group=ENTRY_POINTS)}


@functools.cache
def load_contender(name: str) -> type[Contender]:
    """The class of a contender.

    Args:
        name: of a built-in or installed one, `module:Class`, or the path of an agent file
            (`.aif`); modules in the current folder are found too.

    Raises:
        ValueError: there is none of that name, it cannot be loaded, it is no contender, or it goes
            by the name of a built-in one.
    """
    if name.endswith(AGENT_FILE):
        from .agent_file import of_file  # which loads JAX

        return of_file(name)
    address = BUILT_IN.get(name) or installed_contenders().get(name) or name
    module, _, attribute = address.partition(":")
    if not (module and attribute):
        known = ", ".join([*BUILT_IN, *installed_contenders()])
        raise ValueError(f"contender must be module:Class or one of {known}, or an agent file; "
                         f"got {name!r}")  # fmt: skip
    current_folder.on_path()
    try:
        found = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # whatever somebody else's module raises
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise ValueError(f"contender {name!r} cannot be loaded: {reason}") from error
    if not (isinstance(found, type) and issubclass(found, Contender)):
        raise ValueError(f"contender {name!r} must be a subclass of {Contender.__qualname__}")
    _check_names(name, found)
    return found


def _check_names(name: str, found: type[Contender]) -> None:
    """Results are told apart by `name`: it must be a contender's own."""
    for variable in ("name", "given"):
        value = getattr(found, variable, None)
        if not isinstance(value, str) or not value.strip() or "\n" in value or "\r" in value:
            raise ValueError(f"contender {name!r} needs a class variable {variable!r}, a string in "
                             f"one line; got {value!r}")  # fmt: skip
    address = f"{found.__module__}:{found.__qualname__}"
    if BUILT_IN.get(found.name, address) != address:
        raise ValueError(f"contender {name!r} has the name of a built-in one, {found.name!r}")
