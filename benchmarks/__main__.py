"""`python -m aifgym.benchmarks` is `aifgym`."""

from .cli import main

main()
