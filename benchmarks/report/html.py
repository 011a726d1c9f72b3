"""A report as one HTML file that needs nothing else: figures, style and script are inside."""

import base64
from collections.abc import Sequence
from importlib import resources

from jinja2 import Environment, StrictUndefined

from .document import Picture, Section

TEMPLATE = "report.html.jinja"


def render(title: str, sections: Sequence[Section]) -> str:
    """The whole page; all text is escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = (
        resources.files("aifgym.benchmarks.report").joinpath(TEMPLATE).read_text(encoding="utf-8")
    )
    page = environment.from_string(text)
    return page.render(title=title, sections=sections, kind=_kind, data=_data)


def _kind(block) -> str:
    return type(block).__name__


def _data(picture: Picture) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(picture.svg.encode()).decode()
