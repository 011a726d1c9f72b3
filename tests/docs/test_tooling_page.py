"""What the page about RL tooling says of its code."""

import subprocess
import sys

from documents import ROOT, blocks


def test_a_script_of_stable_baselines_changes_in_its_import_and_its_class_alone():
    theirs, ours = (block.code for block in blocks("docs/tooling.md")[:2])
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
