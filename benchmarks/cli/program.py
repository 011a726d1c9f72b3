"""Start of the `aifgym` program, which answers Ctrl-C also while its libraries load."""

import sys

from ..system import interrupts, output


def main(arguments: list[str] | None = None) -> None:
    """Runs the program: exit code 0, 1 (a check failed), 2 (bad input) or 130 (interrupted)."""
    output.degrade()
    try:
        with interrupts.never_lost():
            from .cli import run

            code = run(arguments)
    except KeyboardInterrupt:
        message = "interrupted; `benchmark` and `train --run` go on from what they have stored"
        print(f"\naifgym: {message}", file=sys.stderr)
        code = 130
        interrupts.leave(code)
    raise SystemExit(code)
