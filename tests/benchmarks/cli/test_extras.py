"""The core commands need no extra, and the others name theirs."""

import subprocess
import sys

import pytest
from aifgym.benchmarks.cli import cli
from command_line import TINY, run

EXTRAS = {"benchmark": "bench", "report": "bench", "tune": "bench", "speed": "bench",
          "render-speed": "render", "animate": "bench", "reproduce": "bench",
          "tasks": "bench", "goals": "bench", "changes": "bench",
          "demo": "demo"}  # fmt: skip
# What only the extras bring; importing it fails as where it is not installed.
WITHOUT = """
import sys
MISSING = {{"filelock", "jinja2", "stable_baselines3", "sb3_contrib", "torch", "imageio_ffmpeg",
           "pygame", "ray", "tensorboardX", "starlette", "uvicorn"}}
class Missing:
    def find_spec(name, path, target=None):
        if name in MISSING:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing)
from aifgym.benchmarks.cli.program import main
for arguments in {commands!r}:
    try:
        main(arguments)
    except SystemExit as stop:
        print("code", stop.code)
"""


def test_core_commands_run_without_any_extra(tmp_path):
    commands = [["--help"], ["train", "--out", "a.aif", *TINY], ["evaluate", "a.aif"],
                ["render-speed"], ["demo"]]  # fmt: skip
    script = WITHOUT.format(commands=commands)
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    codes = [line for line in result.stdout.splitlines() if line.startswith("code")]
    assert codes == ["code 0", "code 0", "code 0", "code 2", "code 2"]
    lines = [line for line in result.stderr.splitlines() if ".[" in line]
    assert len(lines) == 2
    assert '".[render]"' in lines[0]
    assert '".[demo]"' in lines[1]
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_help_says_which_extra_is_needed(command, capfd):
    assert run(command, "--help") == 0
    text = " ".join(capfd.readouterr().out.replace("│", " ").split())
    assert f"extra `{EXTRAS[command]}`" in text if command in EXTRAS else "extra" not in text
