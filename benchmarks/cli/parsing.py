"""From the words of a command line to a call; whatever is wrong with them is said in one line."""

import contextlib
import functools
import io
import re
import sys
from collections.abc import Callable

import tyro


def parse(
    commands: dict[str, Callable[..., int]], description: str, arguments: list[str]
) -> Callable[[], int]:
    """The chosen command with its arguments; tyro's boxed complaints become one line."""
    chosen = {name: _deferred(command) for name, command in commands.items()}
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            return tyro.extras.subcommand_cli_from_dict(
                chosen, prog="aifgym", description=description, args=arguments
            )
    except SystemExit as stop:
        if stop.code in (None, 0):
            raise
        command = f" {arguments[0]}" if arguments and arguments[0] in commands else ""
        message = f"{_without_box(complaint.getvalue())} (see aifgym{command} --help)"
        return lambda: complain(message)


def _deferred(command: Callable[..., int]) -> Callable[..., Callable[[], int]]:
    """Parsing and running apart, so that only parsing has its errors rewritten."""

    @functools.wraps(command)
    def parsed(*args, **kwargs):
        return functools.partial(command, *args, **kwargs)

    return parsed


def _without_box(text: str) -> str:
    lines = [line.strip("│ ") for line in text.splitlines()]
    start = next((i + 1 for i, line in enumerate(lines) if line.startswith("╭")), 0)
    body = []
    for line in lines[start:]:
        if line.startswith(("─", "╰")):
            break
        body.append(line)
    return re.sub(r"Error parsing __tyro-dummy-inner__\.?\w*: ", "", " ".join(body))


def complain(message: str) -> int:
    """Says in one line what was wrong; the exit code for it."""
    print(f"aifgym: {message}", file=sys.stderr)
    return 2
