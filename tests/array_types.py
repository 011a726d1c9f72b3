"""What `pytest --jaxtyping-packages=aifgym,array_types.checked` checks at each call.

Types and shapes of arrays, at run time: no type checker knows shapes. Other annotations are the
type checker's, and tests of bad input break them on purpose.
"""

from collections.abc import Callable

from beartype import beartype


def checked(function: Callable) -> Callable:
    """The function, which raises where an annotated array is of another type or shape."""
    hints = function.__annotations__.items()
    function.__annotations__ = {name: hint for name, hint in hints if "jaxtyping" in repr(hint)}
    return beartype(function)
