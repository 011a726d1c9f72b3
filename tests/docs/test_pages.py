"""What the documentation shows is run as it stands there, and prints what is shown."""

import re
import shlex

import pytest
from aifgym.benchmarks.cli.cli import COMMANDS, DESCRIPTION
from aifgym.benchmarks.cli.parsing import parse
from documents import ROOT, assert_printed, blocks, pages, run_notebook, run_page

# Read one after the other; they also compile the same things.
FIRST_PAGES = ["README.md", "docs/getting_started.md"]
LONGEST_EXAMPLE = 24
OTHERS = [page for page in pages() if page not in FIRST_PAGES]
SHORT = [page for page in OTHERS if any(b.runs and not b.long for b in blocks(page))]
# The tutorial trains in nine ways, which takes a minute of processor.
LONG_NOTEBOOKS = ["docs/tutorial.ipynb"]
NOTEBOOKS = [
    pytest.param(name, marks=[pytest.mark.long] * (name in LONG_NOTEBOOKS))
    for name in sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.ipynb"))
]
LONG = [page for page in OTHERS if any(b.long for b in blocks(page))]


def test_the_first_pages_run_in_an_empty_folder(tmp_path, monkeypatch):
    for page in FIRST_PAGES:
        (tmp_path / page).mkdir(parents=True)
        monkeypatch.chdir(tmp_path / page)
        run_page(page, long=False)


@pytest.mark.parametrize("page", SHORT)
def test_pages_run_in_an_empty_folder(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_page(page, long=False)


@pytest.mark.long
@pytest.mark.parametrize("page", LONG)
def test_pages_run_as_a_whole(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_page(page, long=True)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_notebooks_print_what_they_store(notebook, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_notebook(notebook)


@pytest.mark.parametrize("page", pages())
def test_examples_are_short(page):
    for block in blocks(page):
        assert block.code.count("\n") <= LONGEST_EXAMPLE


@pytest.mark.parametrize("page", pages())
def test_printed_commands_are_those_of_the_program(page):
    for block in blocks(page):
        for line in block.code.splitlines() if block.language == "bash" else ():
            words = shlex.split(line, comments=True)
            if words[:1] == ["aifgym"] and words[1:2] != ["--help"]:
                parse(COMMANDS, DESCRIPTION, words[1:])
            if words[:1] == ["make"]:
                assert set(words[1:]) <= set(re.findall(r"^(\S+):", MAKEFILE, re.MULTILINE))


MAKEFILE = (ROOT / "Makefile").read_text()


def test_the_readme_shows_short_forms_of_the_guides():
    readme = (ROOT / "README.md").read_text()
    assert readme.count("\n") <= 150
    for page in ("docs/own_model.md", "docs/learn.md", "docs/getting_started.md"):
        assert f"({page})" in readme


def test_printed_numbers_may_differ_a_little_and_words_may_not():
    assert_printed("return -103.0 of 8", "return -101.0 of 8")
    with pytest.raises(AssertionError):
        assert_printed("return -103.0", "return -93.0")
    with pytest.raises(AssertionError):
        assert_printed("costs 1", "cost 1")
