import io
import subprocess
import sys

import pytest
from aifgym.benchmarks.system import output


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("ascii", "- cafe ? * x +-| ."),
        ("latin-1", "- café ? * x +-| ."),
        ("utf-8", "─ café 雪 • × ╭─│ …"),
    ],
)
def test_what_an_encoding_lacks_looks_alike(encoding, shown, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    output.degrade()
    stream.write("─ café 雪 • × ╭─│ …")
    stream.flush()
    assert stream.buffer.getvalue().decode(encoding).replace("×", "x") == shown.replace("×", "x")


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "latin-1"])
def test_help_is_whole_on_every_terminal(encoding, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    command = [sys.executable, "-m", "aifgym.benchmarks", "--help"]
    result = subprocess.run(command, capture_output=True, check=True)
    text = result.stdout.decode(encoding)
    assert "* train" in text or "• train" in text
    assert "speed" in text
    assert result.stderr == b""


def test_a_path_that_is_not_ascii_is_printed_after_the_work(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    (tmp_path / "für").mkdir()
    command = [sys.executable, "-m", "aifgym.benchmarks", "train", "--out", "für/agent.aif"]
    tiny = ["--num-transitions", "120", "--num-restarts", "2", "--train-steps", "50"]
    result = subprocess.run(
        [*command, *tiny, "--no-figures"], cwd=tmp_path, capture_output=True, check=True
    )
    assert b"wrote fur/agent.aif" in result.stdout
    assert (tmp_path / "für" / "agent.aif").exists()
