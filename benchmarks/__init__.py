"""Benchmark of agents on `ContinuousLineWorld-v0`, and the `aifgym` program."""
