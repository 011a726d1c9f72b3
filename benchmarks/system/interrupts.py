"""Ctrl-C where Python or a library does not expect it."""

import _thread
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator

AGAIN_AFTER = 0.1
"""Seconds after which a lost interrupt comes again: then what swallowed it is over."""


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Ctrl-C waits until the end; a process that starts in it is spared it while it loads, too."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def never_lost() -> Iterator[None]:
    """Where Python drops exceptions, in JAX's callback of the garbage collector, Ctrl-C counts."""
    before = sys.unraisablehook

    def hook(unraisable) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            again = threading.Timer(AGAIN_AFTER, _interrupt)
            again.daemon = True
            again.start()
        else:
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


def _interrupt() -> None:
    """Ctrl-C for the main thread, which it wakes where it waits."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGINT)
    else:  # Windows
        _thread.interrupt_main()
