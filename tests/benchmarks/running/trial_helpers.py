"""For tests of the runner: results, and a contender that costs little and can misbehave."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from aifgym.benchmarks.contenders.base import Contender
from aifgym.benchmarks.running import results
from aifgym.benchmarks.running.trial import Trial

HERE = Path(__file__).parent
# Imports the runner alone, so that a start takes a second.
DRIVER = """
import sys, pathlib
sys.path.insert(0, {here!r})
from aifgym.benchmarks.running import runner
from aifgym.benchmarks.running.engines import in_process, in_processes
from trial_helpers import tiny_trials
assert not {{"jax", "torch"}} & set(sys.modules)
engine = in_process if {workers} == 1 else in_processes({workers})
runner.run(pathlib.Path({folder!r}), tiny_trials(), engine)
"""


class Forward(Contender):
    """Walks forward. `MISCHIEF` in the environment names a folder that says what goes wrong."""

    name = "forward"
    given = "nothing"
    learns = True
    fixed_seconds = 0.1

    def train(self, env_factory, budget, seed):
        self._seed, self.reward_free_steps = seed, budget
        time.sleep(float(os.environ.get("SLOW", "0")))
        if "MISCHIEF" in os.environ:
            misbehave(Path(os.environ["MISCHIEF"]), seed)

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        # Seeds differ in how often they stay.
        state = np.zeros(len(observation), int) if state is None else state
        return np.where(state % (self._seed + 2) == 0, 1, 2), state + 1


def misbehave(folder: Path, seed: int) -> None:
    """Once each: seed 0 raises, seed 1 is killed; seed 2 raises always."""
    if seed == 2:
        raise RuntimeError("seed 2 never works")
    mark = folder / f"attempt-{seed}"
    if seed < 2 and not mark.exists():
        mark.touch()
        if seed == 0:
            raise RuntimeError("seed 0 fails at first")
        os.kill(os.getpid(), signal.SIGKILL)


def tiny_trials(num_seeds: int = 4, scenarios=("tutorial", "centre")) -> list[Trial]:
    """Trials of `Forward` and of the references that scores need."""
    return [
        *(
            Trial(scenario, "trial_helpers:Forward", seed, (8, 16), num_episodes=3)
            for scenario in scenarios
            for seed in range(num_seeds)
        ),
        *(
            Trial(scenario, reference, 0, (0,), num_episodes=3)
            for scenario in scenarios
            for reference in ("random", "exact Bayes")
        ),
    ]


def what_counts(found) -> list[tuple]:
    """Everything of results that must not depend on where and when they were made."""
    return [(r.key, r.error, r.mean_return, r.episode_returns, r.reward_free_steps)
            for r in found]  # fmt: skip


def make_result(seed=0, **changes) -> results.TrialResult:
    return results.TrialResult(
        **{
            "scenario": "centre",
            "contender": "PPO",
            "seed": seed,
            "budget": 1024,
            "error": "",
            "reward_free_steps": 0,
            "rewarded_steps": 2048,
            "train_seconds": 1.5,
            "train_cpu_seconds": 1.25,
            "predict_microseconds": 90.0,
            "mean_return": 1.0,
            "episode_returns": [0, 2],
            "given": 'rewards, "quoted"',
            "hyperparameters": {"n_steps": 256},
            "versions": {"python": "3.11", "machine": "some machine, 2 cores"},
            "commit": "abc1234",
        }
        | changes
    )


def append_many(folder, first_seed):
    for seed in range(first_seed, first_seed + 25):
        results.append_results(folder, [make_result(seed), make_result(seed, budget=4096)])


def driver(folder: Path, workers: int = 1, **environment) -> subprocess.Popen:
    script = DRIVER.format(here=str(HERE), folder=str(folder), workers=workers)
    return subprocess.Popen(
        [sys.executable, "-c", script], env=os.environ | environment, stderr=subprocess.DEVNULL
    )
