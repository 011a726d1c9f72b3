import os

import pytest
from aifgym.benchmarks.running import runner
from trial_helpers import HERE, tiny_trials, what_counts


@pytest.fixture(autouse=True)
def helpers_found_by_workers(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE), prepend=os.pathsep)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What an uninterrupted run in one process gives."""
    return what_counts(runner.run(tmp_path_factory.mktemp("expected"), tiny_trials()))
