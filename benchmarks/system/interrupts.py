"""Ctrl-C where Python or a library does not expect it."""

import _thread
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

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


def leave(code: int) -> None:
    """Ends the process at once where JAX is loaded, without what Python does at its end.

    An interrupted JAX may be in the middle of its start or of a compilation on a thread of its own,
    and its library then crashes when the interpreter is taken down. Nothing of ours is left to do:
    files are whole. Where there were worker processes Python ends as always, for it takes back what
    it shared with them; nothing interrupts it from here on.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if "jax" in sys.modules and not _has_shared():
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def _has_shared() -> bool:
    """Whether Python keeps track of semaphores or memory that processes shared."""
    tracker: Any = sys.modules.get("multiprocessing.resource_tracker")
    return tracker is not None and tracker._resource_tracker._fd is not None


def _interrupt() -> None:
    """Ctrl-C for the main thread, which it wakes where it waits."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGINT)
    else:  # Windows
        _thread.interrupt_main()
