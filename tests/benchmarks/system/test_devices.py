import os
import subprocess
import sys

from aifgym.benchmarks.system import devices


def test_devices_that_are_there_are_no_reason_to_complain():
    assert devices.complaint() is None


def test_a_device_that_is_missing_is_named_in_one_line(tmp_path):
    # No machine has a device of this name.
    command = [sys.executable, "-m", "aifgym.benchmarks", "train", "--no-figures"]
    environment = os.environ | {"JAX_PLATFORMS": "abacus"}
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("aifgym: JAX finds no device for JAX_PLATFORMS='abacus'")
    assert list(tmp_path.iterdir()) == []
