"""Tasks in which something must be remembered, and two in which nothing must."""

import importlib
from collections.abc import Callable

import gymnasium as gym
from gymnasium.wrappers import TimeLimit

from ...training.learners.world_model.config import Memory
from ..scenarios.memory import AliasedRoom, CueCorridor, CuedArms, LastSymbol
from .peers import MEMORY_PEERS
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


def _remembered(make: Callable[[], gym.Env], *steps: int, memory: Memory = "auto") -> Task:
    """A task that peers with a memory learn, too, in many more steps."""
    return Task(make, steps, memory=memory, peers=MEMORY_PEERS, peer_steps=(10_000, 50_000))


MEMORY_TASKS = {
    "RepeatFirstEasy": _remembered(_FIRST, 1_530),
    "RepeatFirstEasy, clone HMM alone": Task(_FIRST, (5_200,), memory="latent", peers=()),
    "RepeatPreviousEasy": _remembered(_PREVIOUS, 1_020),
    "aliased room 5 x 6": _remembered(_limited(40, AliasedRoom), 3_000),
    "cued arms, sure cue": _remembered(_limited(6, CuedArms), 500),
    "cued arms, 80 % cue": _remembered(_limited(8, CuedArms, reliability=0.8), 4_000),
    "corridor of 6 cells": _remembered(_limited(30, CueCorridor), 4_000, 8_000),
    "latch, clone HMM alone": _remembered(_LATCH, 1_000, memory="latent"),
    "parity, clone HMM alone": _remembered(_PARITY, 3_000, memory="latent"),
    "CliffWalking": Task(TASKS["CliffWalking"].make, (500, 1_000), memory="auto", peers=()),
    "FrozenLake 4x4": Task(TASKS["FrozenLake 4x4"].make, (5_000,), memory="auto", peers=()),
}
