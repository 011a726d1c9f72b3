"""The part of a page between two markers, written from a results file."""

import os
from pathlib import Path

from ...agents.files import write_text
from ..analysis.summaries import Study
from ..contenders.registry import BUILT_IN
from ..running.plans import CEILING, GIVEN, TO_THE_END
from . import markdown
from .document import shown
from .writing import read_study, remembered_commands

START, END = "<!-- results -->", "<!-- /results -->"
# Columns besides those who learn.
OTHERS = (*GIVEN, *TO_THE_END, CEILING)


def rewrite(readme: Path, folder: Path, root: Path) -> None:
    """Replaces what stands between the markers by the table of a run folder.

    Args:
        readme: the page.
        folder: the run folder, which the page's links name as seen from it.
        root: where the commands that the page prints are to be run.

    Raises:
        ValueError: the file has not both markers, or the folder holds no results.
    """
    text = readme.read_text(encoding="utf-8")
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"{readme} must have the lines {START} and {END}, to write between them")
    write_text(readme, f"{before}{START}\n{part(readme, folder, root)}\n{END}{after}")


def part(readme: Path, folder: Path, root: Path) -> str:
    """What belongs between the markers: the table, how to read it, and the commands."""
    study = read_study(folder)
    report = f"aifgym report {_seen_from(root, folder)} --readme {_seen_from(root, readme)}"
    fence = "\n".join(
        ["<!-- not run: hours -->", "```bash", *remembered_commands(folder), report, "```"]
    )
    return "\n\n".join((table(study), _reading(study, _seen_from(readme.parent, folder)), fence))


def _seen_from(root: Path, path: Path) -> str:
    return Path(os.path.relpath(path, root)).as_posix()


def table(study: Study) -> str:
    """Scenarios down; across our contenders, the PPO family and the ceiling."""
    names = [n for n in study.contenders if n in BUILT_IN and (n in study.learners or n in OTHERS)]
    rows = []
    for scenario in study.scenarios:
        found = (study.at(scenario, name) for name in names)
        rows.append([scenario, *("-" if s is None else shown(s.score, 2) for s in found)])
        if study.changes(scenario):
            first = [study.at(scenario, n, 0) if n in study.learners else None for n in names]
            cells = ("-" if s is None else shown(s.score, 2) for s in first)
            rows.append([f"{scenario}, right after the change", *cells])
    return markdown.table(["scenario", *names], rows)


def _reading(study: Study, folder: str) -> str:
    finals = [s for n in study.scenarios for s in study.final(n) if s.contender in study.learners]
    counts = sorted({len(s.results) for s in finals})
    budgets = sorted({s.budget for s in finals})
    after = " Right after the change: before any step in it." if study.changing else ""
    failed = len({(r.scenario, r.contender, r.seed) for r in study.failures})
    return (
        "Normalised score (random 0, exact Bayes 1): interquartile mean over "
        f"{' or '.join(map(str, counts))} training seeds [95 % interval over seeds], after "
        f"{' or '.join(f'{budget:,}' for budget in budgets)} environment steps (of the changed "
        f"world, where it changes); {CEILING} sees the hidden state.{after}"
        f" Failed trials: {failed or 'none'}. [The report]({folder}/report.md) "
        f"has all numbers, figures and what they do not show, [its HTML]({folder}/report.html) the "
        "same in one file. Made by"
    )
