"""The results file: one line per judged budget of a finished trial, durable at once."""

import dataclasses
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .result_lines import DamagedResultsError, has_checksums, header, line_of, row_of

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

    A last line that a crash left unfinished is set aside first, so that it swallows nothing. A file
    without checksums, as older versions wrote it, gets none.
    """
    path = folder / RESULTS_FILE
    with _locked(path):
        _set_damaged_tail_aside(path)
        is_new = not path.exists() or path.stat().st_size == 0
        has_checksum = is_new or has_checksums(path, FIELDS)
        lines = [line_of(dataclasses.asdict(result), has_checksum) for result in results]
        with open(path, "ab") as file:
            file.write("".join([header(FIELDS)] * is_new + lines).encode())
            file.flush()
            os.fsync(file.fileno())


def read_results(folder: Path) -> list[TrialResult]:
    """All results of a run folder; none when there is no file yet.

    Damaged lines, one that a crash left unfinished included, are moved to `results.csv.damaged`, so
    that their trials run again. A result that two processes wrote counts once, the first one; of a
    trial that failed the last attempt counts, success or not.

    Raises:
        DamagedResultsError: the file has other columns than this version writes, or a line is
            damaged in a folder that cannot be written to.
    """
    path = folder / RESULTS_FILE
    if not path.exists():
        return []
    if os.access(folder, os.W_OK):
        with _locked(path):
            _set_damaged_tail_aside(path)
            results, damage = _parsed_lines(path)
            if damage:
                _set_aside(path, damage)
    else:
        results, damage = _parsed_lines(path)  # nothing can be set aside
        for number, (_, error) in damage.items():
            raise DamagedResultsError(f"{path}, line {number} is damaged ({error})")
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
            if self._path.stat().st_size < self._offset:  # a damaged line was set aside
                self._offset = 0
            with open(self._path, "rb") as file:
                file.seek(self._offset)
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._offset += len(whole)
            has_checksum = has_checksums(self._path, FIELDS)
            for line in whole.splitlines():
                try:
                    result = TrialResult(**row_of(line, FIELDS, has_checksum))
                except DamagedResultsError:  # or the header
                    continue
                if not result.error:
                    self._keys.add(result.key)
        return self._keys


def _locked(path: Path):
    """Held while the file is written; on demand, for commands that need no results."""
    from filelock import FileLock

    return FileLock(f"{path}.lock")


def _parsed_lines(path: Path) -> tuple[list[TrialResult], dict[int, tuple[bytes, str]]]:
    """Results, and by number the lines that are damaged, with the reason."""
    first, *lines = path.read_bytes().split(b"\n")[:-1] or [b""]
    has_checksum = has_checksums(path, FIELDS)
    columns = header(FIELDS, has_checksum).rstrip("\n")
    results, damage = [], {}
    is_damaged = first.rstrip(b"\r") != columns.encode() and bool(first or lines)
    if is_damaged:
        damage[1] = first, "not the names of the columns"
    for number, line in enumerate(lines, 2):
        try:
            results.append(TrialResult(**row_of(line, FIELDS, has_checksum)))
        except DamagedResultsError as error:
            damage[number] = line, str(error)
    if is_damaged and not results:
        raise DamagedResultsError(
            f"{path} has other columns than this version, or no whole line: use a new folder"
        )
    return results, damage


def _set_aside(path: Path, damage: dict[int, tuple[bytes, str]]) -> None:
    """Moves lines out of the file; what is left is written whole or not at all."""
    from ...agents.files import replacing  # which loads JAX, and workers start without it

    lines = enumerate(path.read_bytes().split(b"\n"), 1)
    columns = header(FIELDS, has_checksums(path, FIELDS)).rstrip("\n").encode()
    kept = [columns if number == 1 else line for number, line in lines
            if number == 1 or number not in damage]  # fmt: skip
    with open(_damaged(path), "ab") as file:
        file.write(b"".join(line + b"\n" for line, _ in damage.values()))
    with replacing(path) as temporary:
        temporary.write_bytes(b"\n".join(kept))
    print(f"{path}: {len(damage)} damaged lines are in {_damaged(path).name} now", file=sys.stderr)


def _damaged(path: Path) -> Path:
    return path.with_suffix(".csv.damaged")


def _set_damaged_tail_aside(path: Path) -> None:
    if not path.exists() or path.stat().st_size == 0:
        return
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        if file.read() == b"\n":
            return
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    with open(_damaged(path), "ab") as file:
        file.write(content[whole:] + b"\n")
    with open(path, "r+b") as file:
        file.truncate(whole)
