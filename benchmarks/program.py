"""Start of the `aifgym` program, which answers Ctrl-C also while its libraries load."""

import _thread
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator

AGAIN_AFTER = 0.1
"""Seconds after which a lost interrupt comes again: then what swallowed it is over."""


def main(arguments: list[str] | None = None) -> None:
    """Runs the program: exit code 0, 1 (a check failed), 2 (bad input) or 130 (interrupted)."""
    try:
        with _no_interrupt_lost():
            from .cli import run

            code = run(arguments)
    except KeyboardInterrupt:
        message = "interrupted; `benchmark` and `train --run` go on from what they have stored"
        print(f"\naifgym: {message}", file=sys.stderr)
        code = 130
    raise SystemExit(code)


@contextlib.contextmanager
def _no_interrupt_lost() -> Iterator[None]:
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
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    else:  # Windows
        _thread.interrupt_main()
