"""Contenders by name: ours, those of installed packages, and `module:Class`."""

import functools
import importlib
import os
import sys
from importlib import metadata

from .contender import Contender

ENTRY_POINTS = "aifgym.contenders"
"""Group of entry points by which another package adds its own."""
HERE = __package__
# By address, so that a trial loads only the libraries of its own contender.
BUILT_IN = {
    "aifgym": f"{HERE}.contenders:ActiveInference",
    "aifgym learned": f"{HERE}.contenders:LearnedDynamics",
    "tutorial's recipe": f"{HERE}.contenders:TutorialRecipe",
    "PPO": f"{HERE}.sb3_contenders:PPO",
    "PPO tuned": f"{HERE}.sb3_contenders:TunedPPO",
    "PPO restarted": f"{HERE}.sb3_contenders:RestartedPPO",
    "PPO stacked": f"{HERE}.sb3_contenders:StackedPPO",
    "RecurrentPPO": f"{HERE}.sb3_contenders:RecurrentPPO",
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
        name: of a built-in or installed one, or `module:Class`; modules in the current folder are
            found too.

    Raises:
        ValueError: there is none of that name, or it is no contender.
    """
    address = BUILT_IN.get(name) or installed_contenders().get(name) or name
    module, _, attribute = address.partition(":")
    if not attribute:
        known = ", ".join([*BUILT_IN, *installed_contenders()])
        raise ValueError(f"contender must be module:Class or one of {known}; got {name!r}")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"contender {name!r} cannot be loaded: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Contender)):
        raise ValueError(f"contender {name!r} must be a subclass of {Contender.__qualname__}")
    return found
