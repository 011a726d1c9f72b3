"""Encoders for the modalities of a model, from what a user gives for each of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np

from .function import CheckedFunction, FunctionEncoder
from .modalities import ModalityEncoders
from .one_hot import OneHotEncoder
from .protocol import Encoder


def modality_encoders(
    given,
    num_outcomes: Sequence[int],
    usage=None,
    space: gym.Space | None = None,
) -> ModalityEncoders:
    """An encoder for each modality, in A's order.

    Args:
        given: a dict by the keys of `Dict` observations, in A's order, or a sequence in A's order,
            of encoders, plain functions from `(N, ...)` to `log p(x | o)` `(N, O)`, and None for
            what is discrete; None alone where all modalities are; an encoder alone for one.
        num_outcomes: O of each modality.
        usage: of each modality, as `given` is: `(O_m,)`, how often its encoder uses each outcome,
            or None.
        space: of observations; plain functions need it.

    Raises:
        ValueError: there are too many or too few, an encoder has another number of outcomes than
            its modality, or a function comes without a space.
    """
    if isinstance(given, ModalityEncoders):
        _check_outcomes(given.parts, given.names, num_outcomes)
        return given
    names = tuple(given) if isinstance(given, Mapping) else _names(given, space, num_outcomes)
    listed = _listed("encoder", given, names, len(num_outcomes))
    usages = _listed("usage", usage, names, len(num_outcomes))
    spaces = _spaces(space, names, len(num_outcomes))
    parts = [
        modality_encoder(one, count, part_space, names[place] if names else place)
        for place, (one, count, part_space) in enumerate(zip(listed, num_outcomes, spaces))
    ]
    _check_outcomes(parts, names, num_outcomes)
    for place, (rho, count) in enumerate(zip(usages, num_outcomes)):
        if rho is not None and (np.shape(rho) != (count,) or abs(np.sum(rho) - 1) > 1e-4):
            raise ValueError(f"usage of modality {place} must be {count} numbers that sum to 1")
    return ModalityEncoders(parts, names, usages)


def _names(given, space, num_outcomes) -> tuple[str, ...] | None:
    """Keys of the observation where only its space can tell them."""
    if not isinstance(space, gym.spaces.Dict):
        return None
    counts = [part.n if isinstance(part, gym.spaces.Discrete) else None for part in space.values()]
    sure = len(set(num_outcomes)) == len(num_outcomes) and counts == list(num_outcomes)
    if given is None and (
        sure or list(space) == sorted(f"modality_{i}" for i in range(len(space)))
    ):
        return tuple(space)
    raise ValueError(
        f"encoder must be a dict that gives the keys {list(space)} in A's order, with None for "
        "what is discrete"
    )


def _listed(what: str, given, names, count: int) -> list:
    if isinstance(given, Mapping):
        unknown = sorted(set(given) - set(names or ()), key=str)
        if unknown:
            raise ValueError(f"{what} has unknown keys {unknown}; allowed are {list(names or ())}")
        given = [given.get(name) for name in names]
    elif given is None:
        given = [None] * count
    elif not isinstance(given, list | tuple):
        given = [given]
    if len(given) != count:
        raise ValueError(f"{what} must have {count} entries, one per modality, got {len(given)}")
    return list(given)


def _spaces(space: gym.Space | None, names, count: int) -> list[gym.Space | None]:
    if space is None:
        return [None] * count
    if isinstance(space, gym.spaces.Dict):
        if set(space) != set(names):
            raise ValueError(f"observations have the keys {list(space)}, encoders {list(names)}")
        return [space[name] for name in names]
    if isinstance(space, gym.spaces.MultiDiscrete) and count > 1:
        return [gym.spaces.Discrete(int(size)) for size in space.nvec]
    return [space] * count


def modality_encoder(
    given, num_outcomes: int, space: gym.Space | None = None, name: str | int = 0
) -> Any:
    """An encoder of one modality: as given, for a plain function, or for what is discrete (None).

    Raises:
        ValueError: it is none of these, or a plain function without the space of what it is given.
    """
    if given is None:
        if space is not None and not isinstance(space, gym.spaces.Discrete):
            raise ValueError(f"modality {name!r} is {space}, which needs an encoder, got None")
        return OneHotEncoder(num_outcomes)
    if isinstance(given, Encoder | FunctionEncoder):
        return given
    if not callable(given):
        raise ValueError(f"encoder of modality {name!r} must be an encoder, a function or None")
    if space is None:
        raise ValueError(
            f"encoder of modality {name!r} is a plain function: say what it is given with "
            "observation_space=env.observation_space"
        )
    return FunctionEncoder(CheckedFunction(given, space, num_outcomes))


def _check_outcomes(parts: Sequence[Encoder], names, num_outcomes: Sequence[int]) -> None:
    if len(parts) != len(num_outcomes):
        raise ValueError(f"encoder has {len(parts)} modalities, the model has {len(num_outcomes)}")
    for place, (part, count) in enumerate(zip(parts, num_outcomes)):
        if part.num_outcomes != count:
            raise ValueError(
                f"encoder of modality {names[place] if names else place!r} has "
                f"{part.num_outcomes} outcomes, the model has {count} outcomes"
            )
