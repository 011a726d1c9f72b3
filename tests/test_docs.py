"""What the documentation shows is run as it stands there."""

import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
IN_README = ("docs/own_model.md", "docs/own_environment.md")
DOCUMENTS = (*IN_README, "docs/learning_while_acting.md")
LONGEST_EXAMPLE = 24


def examples(document: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / document).read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_examples_run_in_the_order_in_which_they_stand(document, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="A JAX array is being set as static")
        for code in examples(document):
            exec(compile(code, document, "exec"), {})
    assert capsys.readouterr().out


@pytest.mark.parametrize("document", DOCUMENTS)
def test_examples_are_short(document):
    assert examples(document)
    assert all(code.count("\n") <= LONGEST_EXAMPLE for code in examples(document))


def test_the_readme_shows_the_first_example_of_each():
    readme = (ROOT / "README.md").read_text()
    for document in IN_README:
        assert examples(document)[0] in readme
        assert f"({document})" in readme


def shown_outputs(document: str) -> list[tuple[str, str]]:
    """Each example with the block of text right after it, empty where there is none."""
    form = r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?"
    return re.findall(form, (ROOT / document).read_text(), flags=re.DOTALL)


IN_ORDER = ("docs/getting_started.md", "docs/line_world.md", "docs/tooling.md")


@pytest.mark.parametrize("document", IN_ORDER)
def test_examples_that_follow_each_other_print_what_is_shown(
    document, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for code, output in shown_outputs(document):
        exec(compile(code, document, "exec"), names)
        assert capsys.readouterr().out == output
    assert names


def test_a_script_of_stable_baselines_changes_in_its_import_and_its_class_alone():
    theirs, ours = examples("docs/tooling.md")[:2]
    assert len(ours.splitlines()) == len(theirs.splitlines()) <= 10
    changed = theirs.replace(
        "from stable_baselines3 import PPO", "from aifgym.training.sb3 import ActiveInference"
    ).replace("PPO", "ActiveInference")
    assert sorted(ours.splitlines()) == sorted(changed.splitlines())


def test_the_page_of_settings_says_what_the_code_says():
    # In a process of its own, for other tests register planners and learners in this one.
    printed = subprocess.run(
        [sys.executable, ROOT / "docs" / "settings.py"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert printed.stdout == (ROOT / "docs" / "settings.md").read_text()
