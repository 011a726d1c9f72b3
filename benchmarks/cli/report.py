"""`aifgym report`: the report again, from a results file alone."""

from pathlib import Path
from typing import Annotated

import tyro

Folder = Annotated[Path, tyro.conf.Positional]


def report(folder: Folder, readme: Path | None = None) -> int:
    """Write report.md, report.html and figures again, from the results.csv of a run folder.

    Needs the extra `bench`.

    Args:
        folder: Run folder, which holds results.csv.
        readme: Also rewrite what stands between the markers "results" in this file.
    """
    from ..commands.support import require_bench

    require_bench("report")
    from ..report import readme_table
    from ..report.writing import write_report

    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    if readme is not None and not readme.is_file():
        raise ValueError(f"--readme: there is no file {readme}")
    print(write_report(folder))
    print(f"\nwrote {folder / 'report.html'}, {folder / 'report.md'} and figures")
    if readme is not None:
        readme_table.rewrite(readme, folder, Path.cwd())
        print(f"wrote the table of {readme}")
    return 0
