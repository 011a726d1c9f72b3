"""The part of a README between two markers, written from a results file."""

import os
from pathlib import Path

from ...agents.files import write_text
from ..analysis.summaries import Study
from ..contenders.registry import BUILT_IN
from ..running.plans import CEILING
from . import markdown
from .document import shown
from .writing import read_study, remembered_commands

START, END = "<!-- results -->", "<!-- /results -->"


def rewrite(readme: Path, folder: Path) -> None:
    """Replaces what stands between the markers by the table of a run folder.

    Raises:
        ValueError: the file has not both markers, or the folder holds no results.
    """
    text = readme.read_text(encoding="utf-8")
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"{readme} must have the lines {START} and {END}, to write between them")
    write_text(readme, f"{before}{START}\n{part(readme, folder)}\n{END}{after}")


def part(readme: Path, folder: Path) -> str:
    """What belongs between the markers: the table, how to read it, and the commands."""
    study = read_study(folder)
    shown_folder = Path(os.path.relpath(folder, readme.parent)).as_posix()
    made = remembered_commands(folder)
    commands = [*made, f"aifgym report {shown_folder} --readme {readme.name}"]
    fence = "\n".join(["```bash", *commands, "```"])
    return "\n\n".join((table(study), _reading(study, shown_folder), fence))


def table(study: Study) -> str:
    """Scenarios down; across our contenders, the PPO family and the ceiling."""
    names = [n for n in study.contenders if n in BUILT_IN and (n in study.learners or n == CEILING)]
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
