"""`python -m aifgym.benchmarks` is `aifgym`."""

from .program import main

main()
