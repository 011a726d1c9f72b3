"""The results file: one line per judged budget of a finished trial, durable at once."""

import csv
import dataclasses
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RESULTS_FILE = "results.csv"
Key = tuple[str, str, int, int]


@dataclasses.dataclass(frozen=True)
class TrialResult:
    """One contender, trained with one seed up to one budget, judged in one scenario.

    Attributes:
        scenario: its name.
        contender: its name.
        seed: of the training.
        budget: environment steps that training was allowed; after the change, where the world
            changes. 0 for contenders that learn nothing.
        error: why the trial failed for good; empty where it did not, else there is no return.
        reward_free_steps: environment steps used in training without reward.
        rewarded_steps: environment steps used in training with reward.
        train_seconds: wall-clock time of training, compilation included.
        train_cpu_seconds: processor time of training, all threads, compilation included.
        predict_microseconds: median time of `predict` for one observation.
        mean_return: mean of `episode_returns`, None if it failed.
        episode_returns: of each evaluation episode, in the order of their seeds.
        given: what the contender was given.
        hyperparameters: its settings.
        versions: of Python and of the libraries, and the machine.
        commit: of the checkout it ran in, or "unknown".
    """

    scenario: str
    contender: str
    seed: int
    budget: int
    error: str
    reward_free_steps: int
    rewarded_steps: int
    train_seconds: float
    train_cpu_seconds: float
    predict_microseconds: float
    mean_return: float | None
    episode_returns: list[float]
    given: str
    hyperparameters: dict
    versions: dict
    commit: str

    @property
    def key(self) -> Key:
        """What tells this result from all others of a run folder."""
        return self.scenario, self.contender, self.seed, self.budget


FIELDS = {field.name: field.type for field in dataclasses.fields(TrialResult)}


def append_results(folder: Path, results: Sequence[TrialResult]) -> None:
    """Makes a finished trial durable: one write under a lock, then a flush to disk.

    A last line that a crash left unfinished is set aside first, so that it swallows nothing.
    """
    path = folder / RESULTS_FILE
    with _locked(path):
        _set_damaged_tail_aside(path)
        is_new = not path.exists() or path.stat().st_size == 0
        text = "".join(map(_line, results))
        with open(path, "ab") as file:
            file.write(((_header() if is_new else "") + text).encode())
            file.flush()
            os.fsync(file.fileno())


def read_results(folder: Path) -> list[TrialResult]:
    """All results of a run folder; none when there is no file yet.

    A last line that a crash left unfinished is moved to `results.csv.damaged`, so that its
    trial runs again. A result that two processes wrote counts once, the first one; of a trial that
    failed the last attempt counts, success or not.

    Raises:
        ValueError: the file has other columns than this version writes, or a line is damaged.
    """
    path = folder / RESULTS_FILE
    if not path.exists():
        return []
    if os.access(folder, os.W_OK):
        with _locked(path):
            _set_damaged_tail_aside(path)
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames is not None and list(reader.fieldnames) != list(FIELDS):
            raise ValueError(f"{path} has other columns than this version: use a new folder")
        results = [_parsed(path, reader.line_num, row) for row in reader]
    first: dict[Key, TrialResult] = {}
    for result in results:
        if result.key not in first or first[result.key].error:
            first[result.key] = result
    return list(first.values())


class FinishedKeys:
    """Keys of a run folder's results without an error; reads only what is new since last time."""

    def __init__(self, folder: Path) -> None:
        self._path, self._offset, self._keys = folder / RESULTS_FILE, 0, set()

    def __call__(self) -> set[Key]:
        """All of them by now, those that other processes appended included."""
        if self._path.exists():
            with open(self._path, "rb") as file:
                file.seek(self._offset)
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._offset += len(whole)
            for row in csv.DictReader(io.StringIO(whole.decode(), newline=""), list(FIELDS)):
                if not row["error"] and row["seed"] != "seed":  # neither failed nor the header
                    key = row["scenario"], row["contender"], int(row["seed"]), int(row["budget"])
                    self._keys.add(key)
        return self._keys


def _locked(path: Path):
    """Held while the file is written; on demand, for commands that need no results."""
    from filelock import FileLock

    return FileLock(f"{path}.lock")


def _header() -> str:
    return ",".join(FIELDS) + "\n"


def _line(result: TrialResult) -> str:
    row = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in dataclasses.asdict(result).items()
    }
    # One result, one line: that is how a line that a crash cut off is told from a whole one.
    if any("\n" in value or "\r" in value for value in row.values()):
        raise ValueError(f"a result must not hold line breaks: {row}")
    text = io.StringIO(newline="")
    csv.DictWriter(text, FIELDS, lineterminator="\n").writerow(row)
    return text.getvalue()


def _set_damaged_tail_aside(path: Path) -> None:
    if not path.exists() or path.stat().st_size == 0:
        return
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        if file.read() == b"\n":
            return
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    with open(path.with_suffix(".csv.damaged"), "ab") as file:
        file.write(content[whole:] + b"\n")
    with open(path, "r+b") as file:
        file.truncate(whole)


def _parsed(path: Path, line: int, row: dict[str, str]) -> TrialResult:
    try:
        values: dict[str, Any] = {
            n: row[n] if kind is str else json.loads(row[n]) for n, kind in FIELDS.items()
        }
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}, line {line} is damaged ({error}): remove the line") from error
    return TrialResult(**values)
