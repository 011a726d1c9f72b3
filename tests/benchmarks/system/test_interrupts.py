import signal
import subprocess
import sys
import time

import pytest
from aifgym.benchmarks.cli import cli, program
from command_line import TINY


@pytest.mark.usefixtures("unmeasured")
def test_ctrl_c_leaves_no_half_written_file_and_a_rerun_works(tmp_path):
    command = [sys.executable, "-m", "aifgym.benchmarks", "train", "--out", "agent.aif"]
    endless = ["--no-figures", "--train-steps", "1000000", "--num-transitions", "600"]
    log = tmp_path.with_suffix(".log")
    with open(log, "w") as stderr:
        process = subprocess.Popen([*command, *endless], cwd=tmp_path, stderr=stderr)
    while "training" not in log.read_text():
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=600) == 130
    assert "Traceback" not in log.read_text()
    assert log.read_text().strip().splitlines()[-1].startswith("aifgym: interrupted")
    assert list(tmp_path.iterdir()) == []
    again = subprocess.run([*command, *TINY], cwd=tmp_path, capture_output=True, check=True)
    assert again.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["agent.aif", "agent.csv"]


class LosesInterrupts:
    def __del__(self):
        raise KeyboardInterrupt  # as in any place where Python prints exceptions and drops them


def test_ctrl_c_counts_where_python_drops_exceptions(monkeypatch, capfd):
    def run(arguments):
        del [LosesInterrupts()][0]
        time.sleep(60)
        return 0

    monkeypatch.setattr(cli, "run", run)
    monkeypatch.setattr(program.interrupts, "leave", lambda code: None)  # ends this process
    before = sys.unraisablehook
    with pytest.raises(SystemExit) as caught:
        program.main([])
    assert caught.value.code == 130
    assert sys.unraisablehook is before
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert line.startswith("aifgym: interrupted")


CRASHING = """
import atexit, os, sys
import jax
from aifgym.benchmarks.cli import cli, program
atexit.register(os.abort)  # as JAX's library crashes when Python ends
def run(arguments):
    print("some output", end="")
    raise KeyboardInterrupt
cli.run = run
program.main([])
"""


def test_an_interrupted_program_ends_without_what_crashes_at_the_end():
    result = subprocess.run([sys.executable, "-c", CRASHING], capture_output=True, text=True)
    assert result.returncode == 130
    assert result.stdout == "some output"
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("aifgym: interrupted")
