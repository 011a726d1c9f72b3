"""A report as Markdown."""

import re
from collections.abc import Callable, Sequence

from .document import Bullets, Code, Picture, Section, Table, Text

FIGURES = "figures"
"""Folder of the figures, beside the report."""


def render(title: str, sections: Sequence[Section]) -> str:
    """The whole report."""
    parts = [f"# {escaped(title)}"]
    for section in sections:
        parts.append(f"## {escaped(section.title)}")
        parts += [_block(block) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Text whose characters mean nothing to Markdown or HTML."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Brackets of intervals, and an underscore inside a word, mean nothing: they read better alone.
    special = r"([\\`*|#]|\](?=[(\[:])|(?<!\w)_|_(?!\w))"
    return re.sub(special, r"\\\1", " ".join(text.split()))


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    escape: Callable[[str], str] = escaped,
) -> str:
    """Columns padded so that it also reads as plain text."""
    cells = [[escape(cell) for cell in row] for row in (header, *rows)]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(header))]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths)) + " |" for row in cells]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])


def _block(block) -> str:
    match block:
        case Text(text):
            return escaped(text)
        case Code(text):
            return "\n".join(f"    {line}" for line in text.splitlines())
        case Bullets(items):
            return "\n".join(f"- {escaped(item)}" for item in items)
        case Table(title, header, rows):
            return f"**{escaped(title)}**\n\n{table(header, rows)}"
        case Picture(name, title, alt, how_to_read):
            image = f"![{escaped(alt)}]({FIGURES}/{name}.svg)"
            return f"**{escaped(title)}**\n\n{image}\n\nHow to read this: {escaped(how_to_read)}"
    raise TypeError(f"a report cannot hold {block!r}")
