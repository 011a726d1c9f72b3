"""What is declared of dependencies and releases agrees, and `make` keeps what it finds."""

import configparser
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
SETUP = configparser.ConfigParser()
SETUP.read(ROOT / "setup.cfg")
EXTRAS = SETUP["options.extras_require"]
DECLARED = {
    group: [Requirement(line) for line in lines.split()]
    for group, lines in {"core": SETUP["options"]["install_requires"], **EXTRAS}.items()
}


def pins(name: str) -> dict[str, Version]:
    lines = [line for line in (ROOT / name).read_text().splitlines() if not line.startswith("#")]
    assert lines == sorted(lines, key=str.lower)
    pairs = [line.split("==") for line in lines]
    return {canonicalize_name(package): Version(version) for package, version in pairs}


def test_every_dependency_is_pinned_within_its_bounds():
    exact = pins("constraints.txt")
    for requirement in [*DECLARED["core"], *DECLARED["dev"]]:
        assert exact[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_the_oldest_versions_are_the_lower_bounds():
    oldest = pins("constraints-oldest.txt")
    assert oldest.pop("torch") == pins("constraints.txt")["torch"]
    tested = {
        requirement.name: requirement for requirement in [*DECLARED["core"], *DECLARED["test"]]
    }
    for requirement in tested.values():
        (bound,) = requirement.specifier
        assert bound.operator == ">="
        assert oldest[canonicalize_name(requirement.name)] == Version(bound.version), requirement
    assert len(oldest) == len(tested)


def test_rl_zoo3_can_be_installed_beside_us():
    # typepy, which rl_zoo3 brings along, asks for python-dateutil below 3.
    assert pins("constraints.txt")["python-dateutil"] < Version("3")


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == SETUP["metadata"]["version"]
    assert citation["license"] == SETUP["metadata"]["license"]


@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda p: p.stem)
def test_make_targets_of_workflows_exist(path):
    text, makefile = path.read_text(), (ROOT / "Makefile").read_text()
    assert yaml.safe_load(text)
    for target in re.findall(r"(?:target: \[?|make )([\w-]+)", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_direct_dependencys_licence_is_listed():
    page = (ROOT / "docs" / "licences.md").read_text()
    for requirement in [*DECLARED["core"], *DECLARED["dev"]]:
        assert f"| {requirement.name} |" in page, requirement.name


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_keeps_what_stands_in_the_environment(tmp_path):
    for name in ("Makefile", "setup.cfg", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    # A Python that only says what it is asked for, in place of half an hour of installing.
    told = tmp_path / "told"
    for path in (tmp_path / "python3.11", tmp_path / ".venv" / "bin" / "python"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\necho "$@" >> {told}\n')
        path.chmod(0o755)
    kept = tmp_path / ".venv" / "lib" / "torch"
    kept.mkdir(parents=True)
    search = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    clean = {name: value for name, value in os.environ.items() if name != "PYTHON"}
    command = ["make", ".venv/installed"]
    for _ in range(2):
        subprocess.run(command, cwd=tmp_path, env=clean | search, check=True)
    assert kept.is_dir()
    made, installed = told.read_text().splitlines()  # the second time there is nothing to do
    assert made == "-m venv .venv"
    assert installed.endswith("--constraint constraints.txt --editable .[dev]")
