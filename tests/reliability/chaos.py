"""Faults while something runs: nothing finished is lost, no half file is left, the result the same.

`python tests/reliability/chaos.py --faults 100` starts a learning or a benchmark, lets a fault
happen, looks at what it left, and starts the same command again. It prints a tally and ends with 1
where an agent or a table is another one than without faults, a file is damaged, a temporary file
is left, or the last words are a traceback.
"""

import argparse
import collections
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import commands
from tqdm import tqdm

CLOCK = """
import random, time
_time, _jump = time.time, random.Random({seed}).uniform
time.time = lambda: _time() + _jump(-1e7, 1e7)
"""
# To the administrator nothing is read-only, unless this is given up.
AS_OTHERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


class Fault:
    """What happens to a process; by itself nothing.

    Attributes:
        ends: exit codes that may follow.
    """

    ends = (0,)

    def __init__(self, seed: int, seconds: float) -> None:
        self.seed, self.random, self.seconds = seed, random.Random(seed), seconds

    def start(self, command: commands.Command, folder: Path, log) -> subprocess.Popen:
        """The process, with what is wrong from its beginning."""
        return command.start(folder, log)

    def happen(self, process: subprocess.Popen) -> None:
        """What happens while it runs."""

    def after(self, folder: Path) -> None:
        """Mends what was wrong from outside."""


class Signal(Fault):
    """A signal at a random moment, to the process and its children, as a terminal sends it."""

    number = signal.SIGKILL

    def happen(self, process):
        try:
            process.wait(self.random.uniform(0, 1.1 * self.seconds))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, self.number)


class Kill(Signal):
    """The process is gone without a word."""

    ends = (0, -signal.SIGKILL)


class Terminate(Signal):
    """As a machine does that shuts down."""

    number, ends = signal.SIGTERM, (0, -signal.SIGTERM, 128 + signal.SIGTERM)


class Interrupt(Signal):
    """Ctrl-C."""

    number, ends = signal.SIGINT, (0, 130, -signal.SIGINT)


class FullDisk(Fault):
    """No file may grow beyond some size, at which writing fails."""

    ends = (0, 1, 2)

    def start(self, command, folder, log):
        size = int(10 ** self.random.uniform(1, 5))
        limit = (
            "import resource as r, signal, sys, os; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
            f"r.setrlimit(r.RLIMIT_FSIZE, ({size}, {size})); os.execv(sys.argv[1], sys.argv[1:])"
        )
        # What is printed goes through a pipe: the log itself must not be what cannot grow.
        return command.start(folder, log, [sys.executable, "-c", limit])


class ReadOnly(Fault):
    """The folder may not be written to."""

    ends = (0, 1, 2)

    def start(self, command, folder, log):
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        return command.start(folder, log, AS_OTHERS if os.geteuid() == 0 else ())

    def after(self, folder):
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)


class Twice(Fault):
    """The same command runs in the same folder at the same time."""

    ends = (0, 1, 2)

    def start(self, command, folder, log):
        self._other = command.start(folder, subprocess.DEVNULL)
        time.sleep(self.random.uniform(0, self.seconds / 2))
        return command.start(folder, log)

    def happen(self, process):
        self._other.wait()


class Clock(Fault):
    """Each look at the clock tells another time, up to four months away."""

    def start(self, command, folder, log):
        with tempfile.TemporaryDirectory() as place:
            Path(place, "sitecustomize.py").write_text(CLOCK.format(seed=self.seed))
            return command.start(folder, log, before=place, wait_for_start=True)


FAULTS = (Kill, Terminate, Interrupt, FullDisk, ReadOnly, Twice, Clock)


def tried(kind: type[Fault], command: commands.Command, seed: int, whole, seconds: float) -> str:
    """What one fault came to: `held`, or what is wrong."""
    with tempfile.TemporaryDirectory() as place:
        folder, log_path = Path(place, "run"), Path(place, "log")
        folder.mkdir()
        os.chmod(place, 0o755)
        fault = kind(seed, seconds)
        with open(log_path, "w") as log:
            process = fault.start(command, folder, log)
            fault.happen(process)
            code = process.wait()
        fault.after(folder)
        words = log_path.read_text(errors="replace")
        if code not in fault.ends:
            return f"ended with {code}: {words[-300:]}"
        if "Traceback" in words and code != -signal.SIGKILL:
            return f"traceback: {words[-600:]}"
        if damaged := command.damaged(folder):
            return f"damaged: {damaged}"
        with open(log_path, "w") as log:
            if command.start(folder, log).wait() != 0:
                return f"does not go on: {log_path.read_text()[-300:]}"
        if command.result(folder) != whole:
            return "another result"
        left = [path.name for path in folder.rglob("*.tmp")]
        return f"left behind: {left}" if left else "held"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    wholes = [command.whole() for command in commands.COMMANDS]
    tally: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    for number in tqdm(range(options.faults), unit="fault"):
        kind, place = FAULTS[number % len(FAULTS)], number // len(FAULTS) % len(commands.COMMANDS)
        command, (whole, seconds) = commands.COMMANDS[place], wholes[place]
        outcome = tried(kind, command, options.seed + number, whole, seconds)
        tally[f"{kind.__name__}, {command.name}"][outcome] += 1
    print(json.dumps(tally, indent=2))
    held = sum(found["held"] for found in tally.values())
    print(f"{held} of {options.faults} faults held")
    return 0 if held == options.faults else 1


if __name__ == "__main__":
    sys.exit(main())
