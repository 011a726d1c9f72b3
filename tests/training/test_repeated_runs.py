"""The same seed, a stopped run and other devices give the same agent."""

import dataclasses
import os
import subprocess
import sys

import gymnasium as gym
import numpy as np
import pytest
from aifgym.training import fit
from helpers import ENV_ID, arrays_of
from training_helpers import TINY, TINY_TUTORIAL


def test_the_same_seed_gives_the_same_agent_and_another_seed_another():
    for config in (TINY, TINY_TUTORIAL):
        agents = [fit(gym.make(ENV_ID), config, seed)[0] for seed in (0, 0, 1)]
        first, again, other = (arrays_of(agent.encoder) for agent in agents)
        assert all((a == b).all() for a, b in zip(first, again))
        assert any((a != b).any() for a, b in zip(first, other))


def test_a_stopped_run_resumes_to_the_same_bits(world, tmp_path):
    config = dataclasses.replace(TINY, dynamics="aligned", train_steps=100)
    whole, _ = fit(world, config, run_folder=tmp_path / "whole")

    class Stopped(Exception):
        pass

    for stop_after in (1, 1, 2):
        calls = []

        def stop(steps, calls=calls, stop_after=stop_after):
            calls.append(steps)
            if sum(step > 0 for step in calls) > stop_after:
                raise Stopped

        with pytest.raises(Stopped):
            fit(world, config, run_folder=tmp_path / "parts", progress=stop)
    resumed, history = fit(world, config, run_folder=tmp_path / "parts")
    for ours, theirs in zip(arrays_of(resumed.encoder), arrays_of(whole.encoder)):
        np.testing.assert_array_equal(ours, theirs)
    steps = [row["step"] for row in history.rows if row["restart"] == 0]
    assert steps == [50, 100, 50, 100]
    with pytest.raises(ValueError, match="holds a run with other settings"):
        fit(world, TINY, run_folder=tmp_path / "parts")


def test_restarts_are_spread_over_devices_with_the_same_result(tmp_path):
    code = (
        "import jax, numpy as np; from aifgym.envs import LineWorld;"
        "from aifgym.training import TrainConfig, fit;"
        "from aifgym.training.learners import evidence_restarts;"
        "seen = []; original = evidence_restarts.descend;"
        "evidence_restarts.descend = lambda states, *a, **k: "
        "(seen.append(len(states.step.sharding.device_set)), original(states, *a, **k))[1];"
        "_, h = fit(LineWorld(), TrainConfig(num_transitions=240, num_restarts=2, train_steps=50));"
        "print(jax.local_device_count(), seen[0], *h.held_out_loss)"
    )
    lines = []
    for devices in (1, 2):
        flags = f"--xla_force_host_platform_device_count={devices}"
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env=os.environ | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}, cwd=tmp_path,
        )  # fmt: skip
        lines.append([float(part) for part in result.stdout.split()])
    assert lines[0][:2] == [1, 1]
    assert lines[1][:2] == [2, 2]
    np.testing.assert_allclose(lines[0][2:], lines[1][2:], atol=1e-4)
