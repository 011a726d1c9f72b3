"""How many threads linear algebra takes while a model is made."""

import functools
from contextlib import AbstractContextManager

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager:
    """One thread for BLAS inside of the context, in the whole process; as before after it.

    Matrices of a few hundred states gain nothing from more; threads that wait for each other take
    ten times the processor's time where others use it too.
    """
    return _libraries().limit(limits=1, user_api="blas")


@functools.cache
def _libraries() -> ThreadpoolController:
    # Finding them takes longer than a small plan.
    return ThreadpoolController()
