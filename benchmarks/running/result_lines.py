"""One result as one line of CSV, with a checksum that tells a damaged one."""

import csv
import hashlib
import io
import json
import types
import typing
from collections.abc import Mapping
from pathlib import Path

CHECKSUM = "sha256"
# Of the digest, in hexadecimal digits: a damaged line passes once in 10^19.
LENGTH = 16
LONGEST_CELL = 2**26


class DamagedResultsError(ValueError):
    """A results file, or a line of one, that is not what was written; the message is one line."""


def header(fields: Mapping[str, typing.Any], has_checksum: bool = True) -> str:
    """The first line."""
    return ",".join([*fields, *[CHECKSUM] * has_checksum]) + "\n"


def has_checksums(path: Path, fields: Mapping[str, typing.Any]) -> bool:
    """Unless the first line says otherwise; a damaged one says nothing, and each line tells."""
    with open(path, "rb") as file:
        return file.readline().rstrip() != header(fields, has_checksum=False).rstrip().encode()


def line_of(row: Mapping[str, typing.Any], has_checksum: bool) -> str:
    """A line of text cells as they are and all else as JSON, then the checksum of what precedes.

    Raises:
        ValueError: a cell holds a line break.
    """
    cells = [value if isinstance(value, str) else json.dumps(value) for value in row.values()]
    # One result, one line: that is how a line that a crash cut off is told from a whole one.
    if any("\n" in cell or "\r" in cell for cell in cells):
        raise ValueError(f"a result must not hold line breaks: {row}")
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow(map(neutral, cells) if has_checksum else cells)
    body = text.getvalue()
    return f"{body},{_digest(body)}\n" if has_checksum else f"{body}\n"


def row_of(line: bytes, fields: Mapping[str, typing.Any], has_checksum: bool) -> dict:
    """The values of a line.

    Raises:
        DamagedResultsError: it is not what `line_of` wrote.
    """
    try:
        text = line.decode().rstrip("\r\n")
        if has_checksum:
            text, _, digest = text.rpartition(",")
            if digest != _digest(text):
                raise ValueError("its checksum is another one")
        cells = [plain(cell) if has_checksum else cell for cell in _cells(text)]
        if len(cells) != len(fields):
            raise ValueError(f"it has {len(cells)} cells, not {len(fields)}")
        return {name: _value(cell, name, fields[name]) for name, cell in zip(fields, cells)}
    except (ValueError, RecursionError, csv.Error) as error:
        raise DamagedResultsError(" ".join(str(error).split())[:200]) from error


def _cells(text: str) -> list[str]:
    limit = csv.field_size_limit(LONGEST_CELL)
    try:
        return next(csv.reader([text], strict=True), [])
    finally:
        csv.field_size_limit(limit)


def _value(cell: str, name: str, kind):
    """A cell as the type that its field has."""
    if kind is str:
        return cell
    value = json.loads(cell)
    allowed = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    if not any(_is_a(value, one) for one in allowed):
        raise ValueError(f"{name} is {cell[:40]!r}")
    return value


def _is_a(value, kind) -> bool:
    if typing.get_origin(kind) is list:
        return isinstance(value, list) and all(_is_a(one, *typing.get_args(kind)) for one in value)
    kinds = (int, float) if kind is float else (kind,)
    return type(value) in kinds


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:LENGTH]


# A spreadsheet would run a cell that begins so, and a minus begins numbers too.
FORMULA = ("=", "+", "@", "-", "\t")


def neutral(cell: str) -> str:
    """A cell that no spreadsheet runs: a quote before what looks like a formula."""
    return f"'{cell}" if cell.startswith((*FORMULA, "'")) and not _is_number(cell) else cell


def plain(cell: str) -> str:
    """The cell that `neutral` wrote."""
    return cell[1:] if cell.startswith("'") else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
