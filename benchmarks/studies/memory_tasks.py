"""Tasks in which something must be remembered, and two in which nothing must."""

import importlib
from collections.abc import Callable

import gymnasium as gym
from gymnasium.wrappers import TimeLimit

from ..scenarios.memory import AliasedRoom, CueCorridor, CuedArms, LastSymbol
from .tasks import TASKS, Task


def _limited(steps: int, make: Callable[..., gym.Env], **arguments) -> Callable[[], gym.Env]:
    return lambda: TimeLimit(make(**arguments), steps)


def _popgym(module: str, name: str) -> Callable[[], gym.Env]:
    def make() -> gym.Env:
        try:
            found = importlib.import_module(f"popgym.envs.{module}")
        except ModuleNotFoundError as error:
            raise ValueError(
                f"{name} needs popgym: pip install -c constraints.txt '.[memory]' in the checkout"
            ) from error
        return getattr(found, name)()

    return make


_FIRST = _popgym("repeat_first", "RepeatFirstEasy")
_PREVIOUS = _popgym("repeat_previous", "RepeatPreviousEasy")
_LATCH = _limited(LastSymbol.steps, LastSymbol)
_PARITY = _limited(LastSymbol.steps, LastSymbol, parity=True)

MEMORY_TASKS = {
    "RepeatFirstEasy": Task(_FIRST, (1_530,), memory="auto"),
    "RepeatFirstEasy, clone HMM alone": Task(_FIRST, (5_200,), memory="latent"),
    "RepeatPreviousEasy": Task(_PREVIOUS, (1_020,), memory="auto"),
    "aliased room 5 x 6": Task(_limited(40, AliasedRoom), (3_000,), memory="auto"),
    "cued arms, sure cue": Task(_limited(6, CuedArms), (500,), memory="auto"),
    "cued arms, 80 % cue": Task(_limited(8, CuedArms, reliability=0.8), (4_000,), memory="auto"),
    "corridor of 6 cells": Task(_limited(30, CueCorridor), (4_000,), memory="auto"),
    "latch, clone HMM alone": Task(_LATCH, (1_000,), memory="latent"),
    "parity, clone HMM alone": Task(_PARITY, (3_000,), memory="latent"),
    "CliffWalking": Task(TASKS["CliffWalking"].make, (500, 1_000), memory="auto"),
    "FrozenLake 4x4": Task(TASKS["FrozenLake 4x4"].make, (5_000,), memory="auto"),
}
