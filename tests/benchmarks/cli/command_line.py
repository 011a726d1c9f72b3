"""The command line, called in this process, and trainings that cost little."""

import pytest
from aifgym.benchmarks.cli import program

FAST = ["--num-transitions", "120", "--num-restarts", "2", "--train-steps", "50"]
TINY = [*FAST, "--no-figures"]


def run(*arguments) -> int:
    with pytest.raises(SystemExit) as stop:
        program.main([str(argument) for argument in arguments])
    return stop.value.code
