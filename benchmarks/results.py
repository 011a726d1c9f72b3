"""The results file: one line per finished trial, appended and flushed at once."""

import csv
import dataclasses
import io
import json
import os
from pathlib import Path

RESULTS_FILE = "results.csv"


@dataclasses.dataclass(frozen=True)
class TrialResult:
    """One contender, trained with one seed, judged in one scenario.

    Attributes:
        scenario: its name.
        contender: its name.
        seed: of the training.
        reward_free_steps: environment steps used in training without reward.
        rewarded_steps: environment steps used in training with reward.
        train_seconds: wall-clock time of training, compilation included.
        predict_microseconds: median time of `predict` for one observation.
        mean_return: mean of `episode_returns`.
        episode_returns: of each evaluation episode, in the order of their seeds.
        given: what the contender was given.
        hyperparameters: its settings.
        versions: of Python and of the libraries.
        commit: of the checkout it ran in, or "unknown".
    """

    scenario: str
    contender: str
    seed: int
    reward_free_steps: int
    rewarded_steps: int
    train_seconds: float
    predict_microseconds: float
    mean_return: float
    episode_returns: list[float]
    given: str
    hyperparameters: dict
    versions: dict
    commit: str

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells this trial from all others of a run folder."""
        return self.scenario, self.contender, self.seed


FIELDS = {field.name: field.type for field in dataclasses.fields(TrialResult)}


def append_result(folder: Path, result: TrialResult) -> None:
    """Makes a finished trial durable: one write, then a flush to disk."""
    path = folder / RESULTS_FILE
    is_new = not path.exists() or path.stat().st_size == 0
    row = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in dataclasses.asdict(result).items()
    }
    # One trial, one line: that is how a line that a crash cut off is told from a whole one.
    if any("\n" in value for value in row.values()):
        raise ValueError(f"a result must not hold line breaks: {row}")
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    if is_new:
        writer.writeheader()
    writer.writerow(row)
    with open(path, "ab") as file:
        file.write(text.getvalue().encode())
        file.flush()
        os.fsync(file.fileno())


def read_results(folder: Path) -> list[TrialResult]:
    """All finished trials of a run folder; none when there is no file yet.

    A last line that a crash left unfinished is moved to `results.csv.damaged`, so that its
    trial runs again.

    Raises:
        ValueError: the file has other columns than this version writes.
    """
    path = folder / RESULTS_FILE
    if not path.exists():
        return []
    _set_damaged_tail_aside(path)
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames is not None and list(reader.fieldnames) != list(FIELDS):
            raise ValueError(f"{path} has other columns than this version: use a new folder")
        results = [_parsed(path, reader.line_num, row) for row in reader]
    # Two runs at once may both have finished a trial: the first one counts.
    first: dict[tuple, TrialResult] = {}
    for result in results:
        first.setdefault(result.key, result)
    return list(first.values())


def _set_damaged_tail_aside(path: Path) -> None:
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole == len(content):
        return
    with open(path.with_suffix(".csv.damaged"), "ab") as file:
        file.write(content[whole:] + b"\n")
    with open(path, "r+b") as file:
        file.truncate(whole)


def _parsed(path: Path, line: int, row: dict[str, str]) -> TrialResult:
    try:
        values = {n: row[n] if kind is str else json.loads(row[n]) for n, kind in FIELDS.items()}
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}, line {line} is damaged ({error}): remove the line") from error
    return TrialResult(**values)
