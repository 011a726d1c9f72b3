"""Commands that faults happen to: a learning with its run folder, and a benchmark."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from aifgym.agents import WorldModelAgent
from aifgym.benchmarks.running.results import read_results

LEARN = "learn CliffWalking-v1 --steps 1500 --seed 3 --run run --out agent.aif --no-figures"
BENCHMARK = (
    "benchmark --out . --contender trial_helpers:Forward --only --scenario centre --num-seeds 3 "
    "--budgets 8 16 --episodes 3 --workers 2"
)
HELPERS = Path(__file__).parents[1] / "benchmarks" / "running"


class Command:
    """A command that can be started again, and what it makes."""

    name: str
    arguments: str

    def start(self, folder: Path, log, wrapper=(), before="", wait_for_start=False):
        """The process in a group of its own, in `folder`, with what it says in `log`."""
        paths = [before, os.environ.get("PYTHONPATH", ""), str(HELPERS)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
        environment |= {"HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "SLOW": "0.1"}
        program = [sys.executable, "-m", "aifgym.benchmarks", *self.arguments.split()]
        process = subprocess.Popen(
            [*wrapper, *program], cwd=folder, env=environment, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        if wait_for_start:
            time.sleep(1)  # until Python has read what stands on its path
        return process

    def whole(self):
        """The result without a fault, and the seconds that it takes."""
        with tempfile.TemporaryDirectory() as folder:
            started = time.monotonic()
            assert self.start(Path(folder), subprocess.DEVNULL).wait() == 0, self.name
            return self.result(Path(folder)), time.monotonic() - started

    def result(self, folder: Path):
        """What was made, to be compared."""
        raise NotImplementedError

    def damaged(self, folder: Path) -> str:
        """What is half there, in words; empty where nothing is."""
        raise NotImplementedError


class Learn(Command):
    """`aifgym learn`, which stores each round."""

    name = "learn"
    arguments = LEARN

    def result(self, folder):
        config, arrays = WorldModelAgent.load(folder / "agent.aif").parts()
        return config, {name: array.tolist() for name, array in arrays.items()}

    def damaged(self, folder):
        for path in folder.glob("*.aif"):
            try:
                WorldModelAgent.load(path)
            except ValueError as error:
                return str(error)
        return ""


class Benchmark(Command):
    """`aifgym benchmark`, whose two processes append to one table."""

    name = "benchmark"
    arguments = BENCHMARK

    def result(self, folder):
        return sorted(
            (r.key, r.error, r.mean_return, r.episode_returns) for r in read_results(folder)
        )

    def damaged(self, folder):
        # A line that was cut off is set aside, and of two for the same trial one counts; a damaged
        # one elsewhere is a fault of ours.
        whole = [line for line in self._lines(folder)[1:] if line.endswith(b"\n")]
        trials = {tuple(line.split(b",")[:4]) for line in whole}
        return "lines of results" if len(read_results(folder)) < len(trials) else ""

    def _lines(self, folder) -> list[bytes]:
        path = folder / "results.csv"
        return path.read_bytes().splitlines(keepends=True) if path.exists() else []


COMMANDS = (Learn(), Learn(), Benchmark())
