"""`python -m aifgym.benchmarks` is `aifgym`."""

from .cli.program import main

main()
