"""A report as plain data, before it becomes Markdown or HTML."""

import dataclasses
import re
from collections.abc import Sequence

from ..analysis.statistics import Estimate


@dataclasses.dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclasses.dataclass(frozen=True)
class Code:
    """A command, as typed."""

    text: str


@dataclasses.dataclass(frozen=True)
class Bullets:
    """A list."""

    items: Sequence[str]


@dataclasses.dataclass(frozen=True)
class Table:
    """A table; `folded` ones are shown on request where the medium can do that."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    folded: bool = False


@dataclasses.dataclass(frozen=True)
class Picture:
    """A figure: its SVG, what it shows to those who cannot see it, and how to read it."""

    name: str
    title: str
    alt: str
    how_to_read: str
    svg: str


@dataclasses.dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: Sequence[Text | Code | Bullets | Table | Picture]

    @property
    def anchor(self) -> str:
        """Of a link to it."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


def shown(estimate: Estimate | None, digits: int = 3, mark: str = "") -> str:
    """`value [low, high]`, "-" where there is none."""
    if estimate is None:
        return "-"
    value, low, high = (_short(x, digits) for x in dataclasses.astuple(estimate))
    return f"{value} [{low}, {high}]{mark}"


def seconds(value: float) -> str:
    """Seconds with a digit that matters."""
    return "-" if value != value else f"{value:,.2f}" if value < 1 else f"{value:,.1f}"


def _short(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text
