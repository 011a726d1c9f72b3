"""Blocks of code in pages: what is printed, what it should print, and running it as it stands."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*?) -->\n)?^(?P<ticks>```+)(?P<language>python|bash)\n"
    r"(?P<code>.*?)^(?P=ticks)\n(?:\n```text\n(?P<output>.*?)^```\n)?",
    re.DOTALL | re.MULTILINE,
)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
# By how much of itself a printed number may differ on another machine, which rounds otherwise.
TOLERANCE = 0.05


class Block(NamedTuple):
    """A block of a page.

    Attributes:
        language: python or bash.
        code: what it says.
        output: the text block right after it, None where there is none.
        mark: a comment right before it: `long`; `not run: ` and why; `file: ` and the name of the
            file that it belongs into; or nothing.
    """

    language: str
    code: str
    output: str | None
    mark: str

    @property
    def long(self) -> bool:
        """Whether only `make docs-check` runs it."""
        return self.mark == "long"

    @property
    def runs(self) -> bool:
        """Whether anything runs it."""
        return not self.mark.startswith("not run: ")


def pages() -> list[str]:
    """All pages that have blocks, by their paths in the checkout."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [str(path.relative_to(ROOT)) for path in found if blocks(str(path.relative_to(ROOT)))]


def blocks(page: str) -> list[Block]:
    """What a page has, in order.

    Raises:
        ValueError: a mark is unknown.
    """
    found = []
    for match in BLOCK.finditer((ROOT / page).read_text(encoding="utf-8")):
        mark = match["mark"] or ""
        if mark.startswith("/"):  # the end of a generated part
            mark = ""
        if mark not in ("", "long") and not mark.startswith(("not run: ", "file: ")):
            raise ValueError(f"{page}: no block can be marked {mark!r}")
        found.append(Block(match["language"], match["code"], match["output"], mark))
    return found


def run_page(page: str, long: bool, names: dict | None = None) -> None:
    """Runs what a page shows in the current folder, and compares what it prints.

    Args:
        page: its path in the checkout.
        long: also what only `make docs-check` runs.
        names: what Python blocks before have defined; None where each page begins anew.
    """
    names = {} if names is None else names
    for block in blocks(page):
        if block.mark.startswith("file: "):
            Path(block.mark.removeprefix("file: ")).write_text(block.code)
        elif block.runs and (long or not block.long):
            run = _run_python if block.language == "python" else _run_bash
            printed = run(block.code, page, names)
            if block.output is not None:
                assert_printed(printed, block.output)


def run_notebook(notebook: str) -> None:
    """Runs the cells of a notebook in order, and compares what they print with what it stores.

    Only the words where a cell has the tag `numbers-vary`: it asserts itself what must hold.
    """
    names: dict = {}
    for cell in json.loads((ROOT / notebook).read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            printed = _run_python("".join(cell["source"]), notebook, names)
            stored = [out for out in cell["outputs"] if out["output_type"] == "stream"]
            text = "".join(line for out in stored for line in out["text"])
            assert_printed(printed, text, "numbers-vary" not in cell["metadata"].get("tags", ()))


def assert_printed(printed: str, shown: str, numbers: bool = True) -> None:
    """The same text, with numbers that are equal within the tolerance, or any numbers."""
    assert NUMBER.sub("#", printed) == NUMBER.sub("#", shown), f"shown:\n{shown}\nis:\n{printed}"
    pairs = zip(NUMBER.findall(printed), NUMBER.findall(shown), strict=True) if numbers else ()
    for ours, theirs in pairs:
        near = abs(float(ours) - float(theirs)) <= TOLERANCE * abs(float(theirs))
        assert near, f"shown:\n{shown}\nis:\n{printed}"


def _run_python(code: str, page: str, names: dict) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="A JAX array is being set as static")
        exec(compile(code, page, "exec"), names)
    return printed.getvalue()


def _run_bash(code: str, page: str, names: dict) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", code],
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{page}: {code}\n{done.stdout}\n{done.stderr}"
    return done.stdout
