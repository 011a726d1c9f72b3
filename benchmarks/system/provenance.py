"""Which code, which libraries and which machine made a result."""

import functools
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

LIBRARIES = ("aifgym", "jax", "equinox", "inferactively-pymdp", "gymnasium", "stable-baselines3",
             "sb3-contrib", "torch", "numpy")  # fmt: skip


@functools.cache
def library_versions() -> dict[str, str]:
    """Versions of Python and the libraries, and the machine, as plain text."""
    versions = {name: metadata.version(name) for name in LIBRARIES}
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return {"python": platform.python_version(), **versions, "machine": machine}


@functools.cache
def git_commit() -> str:
    """Commit of the checkout that holds this file; else "unknown".

    "-dirty" where Python files were edited: committed results may be written anew.
    """
    here = Path(__file__).resolve()
    if not _git(here.parent, "ls-files", here.name):
        return "unknown"  # installed, perhaps inside somebody else's repository
    commit = _git(here.parent, "rev-parse", "--short=7", "HEAD")
    edited = _git(here.parent, "status", "--porcelain", "--untracked-files=no", "--", ":/*.py")
    return f"{commit}-dirty" if edited else commit


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
