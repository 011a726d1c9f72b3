"""`report.md`, `report.html` and the figures, from the results file and nothing else."""

import re
from collections.abc import Sequence
from pathlib import Path

from ...agents.files import write_text
from ..analysis.summaries import Study
from ..pictures import style
from ..running.results import RESULTS_FILE, read_results
from ..scenarios.registry import known_scenario
from . import figures as report_figures
from . import html as html_report
from . import markdown, tables
from . import sections as report_sections
from .document import Picture, Section

REPORT_FILE = "report.md"
COMMANDS_FILE = "commands.txt"
"""One line per command that added to the results."""


def write_report(folder: Path, command: str | None = None) -> str:
    """Writes `report.md`, `report.html`, `scores.png` and `figures/` beside the results file.

    Args:
        folder: run folder.
        command: the command that made the results, for the reader; kept in `commands.txt`. None
            where nothing was added.

    Returns:
        Tables of the scores for the terminal.

    Raises:
        ValueError: the folder holds no results.
    """
    study = read_study(folder)
    commands = _remembered(folder, command)
    with style.applied():
        sections = report_sections.sections(study, commands)
        overview = report_figures.overview(study)
        if overview is not None:
            style.save(overview, folder, "scores", ("png",))
    _write_figures(folder / markdown.FIGURES, sections, figures_of(folder / REPORT_FILE))
    title = f"Benchmark of {', '.join(environments(study.scenarios))}"
    write_text(folder / REPORT_FILE, markdown.render(title, sections))
    write_text(folder / "report.html", html_report.render(title, sections))
    return terminal_tables(study)


def environments(scenarios: Sequence[str]) -> list[str]:
    """Names of the scenarios' environments, without their modules, in their order."""
    found = [(name, known_scenario(name)) for name in scenarios]
    names = [known.env_name if known else name.rpartition(":")[2] for name, known in found]
    return list(dict.fromkeys(names))


def read_study(folder: Path) -> Study:
    """The results of a run folder.

    Raises:
        ValueError: it holds none.
    """
    results = read_results(folder)
    if not results:
        raise ValueError(f"{folder} holds no results: there is no trial in {RESULTS_FILE}")
    return Study(results)


def remembered_commands(folder: Path) -> list[str]:
    """The commands that made the results of a run folder, as far as known."""
    path = folder / COMMANDS_FILE
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def terminal_tables(study: Study) -> str:
    """One table per scenario, without what only the report has room for."""
    parts = []
    for scenario in study.scenarios:
        rows = [
            [
                s.contender,
                tables.score(s),
                tables.returns(s),
                tables.seeds(s),
                f"{s.steps:,.0f}",
                tables.cpu(s),
            ]
            for s in study.final(scenario)
        ]
        header = ("contender", "score [95 %]", "return [95 %]", "seeds", "steps", "CPU s")
        parts.append(f"{scenario}\n{markdown.table(header, rows, str)}")
    return "\n\n".join(parts)


def _remembered(folder: Path, command: str | None) -> list[str]:
    commands = remembered_commands(folder)
    if command is not None and command not in commands:
        commands.append(command)
        write_text(folder / COMMANDS_FILE, "".join(f"{line}\n" for line in commands))
    return commands


def figures_of(report: Path) -> set[str]:
    """Names of the figures that a report shows; of a report that is not there, none."""
    if not report.exists():
        return set()
    text = report.read_text(encoding="utf-8", errors="replace")
    return set(re.findall(rf"\]\({markdown.FIGURES}/([\w-]+\.svg)\)", text))


def _write_figures(folder: Path, sections: Sequence[Section], before: set[str]) -> None:
    """All figures, and none that the report before had; what else lies there stays."""
    folder.mkdir(exist_ok=True)
    for name in before:
        (folder / name).unlink(missing_ok=True)
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Picture):
                write_text(folder / f"{block.name}.svg", block.svg)
