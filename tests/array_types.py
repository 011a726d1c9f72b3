"""What `pytest --jaxtyping-packages=aifgym,array_types.checked` checks at each call.

Types and shapes of arrays, at run time: no type checker knows shapes. Other annotations are the
type checker's, and tests of bad input break them on purpose.
"""

import types
from collections.abc import Callable
from typing import Any, Union, get_args, get_origin

import jax
import numpy as np
from beartype import beartype


def checked(function: Callable) -> Callable:
    """The function, which raises where an annotated array is of another type or shape.

    Data are checked where they are used: a wrong one can be made, and is refused by name.
    """
    hints = {} if function.__name__ == "__init__" else function.__annotations__
    function.__annotations__ = {
        name: of_either_library(hint) for name, hint in hints.items() if "jaxtyping" in repr(hint)
    }
    return beartype(function)


def of_either_library(hint: Any) -> Any:
    """A hint whose arrays may be JAX's or NumPy's: outside of what is compiled both do."""
    if getattr(hint, "array_type", None) is jax.Array:
        return hint.dtype[jax.Array | np.ndarray, hint.dim_str]
    arguments = tuple(map(of_either_library, get_args(hint)))
    if isinstance(hint, types.UnionType) or get_origin(hint) is Union:
        return Union[arguments]  # noqa: UP007  of a tuple
    return get_origin(hint)[arguments] if get_origin(hint) in (tuple, list, dict) else hint
