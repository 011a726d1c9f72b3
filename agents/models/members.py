"""A generative model as named arrays and plain JSON values."""

import dataclasses
from typing import Any

import numpy as np

from .factored import LISTS
from .generative_model import GenerativeModel

ARRAYS = (*LISTS, "E")


def model_members(model: GenerativeModel) -> dict[str, np.ndarray]:
    """Arrays by name; those of lists are numbered, `A.0`, `A.1` and so on."""
    members = {}
    for name in ARRAYS:
        value = getattr(model, name)
        if isinstance(value, tuple):
            members |= {f"{name}.{i}": array for i, array in enumerate(value) if array is not None}
        elif value is not None:
            members[name] = value
    return members


def model_settings(model: GenerativeModel) -> dict[str, Any]:
    """Everything but arrays. What a single-array model leaves to its defaults is left out."""
    left = (*ARRAYS, "factors")
    fields = [field for field in dataclasses.fields(model) if field.name not in left]
    return {field.name: getattr(model, field.name) for field in fields}


def restored_model(settings: dict[str, Any], members: dict[str, np.ndarray]) -> GenerativeModel:
    """The model that gave `settings` and `members`; takes its members out of the dict.

    Raises:
        ValueError, KeyError, TypeError: they are not those of a model.
    """
    arrays: dict[str, Any] = {name: members.pop(name) for name in ARRAYS if name in members}
    for name in LISTS:
        places = sorted(
            int(member.removeprefix(f"{name}."))
            for member in members
            if member.startswith(f"{name}.") and member.removeprefix(f"{name}.").isdecimal()
        )
        if places:
            count = len(settings["A_dependencies" if name in "A C pA" else "B_dependencies"])
            arrays[name] = [members.pop(f"{name}.{i}", None) for i in range(count)]
    return GenerativeModel(**arrays, **settings)
