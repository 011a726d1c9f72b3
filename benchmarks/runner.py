"""Trials to results: skips what is finished, keeps what is finished, shows progress."""

import os
import platform
import subprocess
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from tqdm import tqdm

from .contender import Contender
from .contenders import CONTENDERS
from .evaluation import episode_returns, predict_microseconds
from .results import TrialResult, append_result, read_results
from .scenarios import SCENARIOS, TRAINING_SEEDS, Scenario

LIBRARIES = ("aifgym", "jax", "equinox", "inferactively-pymdp", "gymnasium", "stable-baselines3",
             "torch", "numpy")  # fmt: skip
Trial = tuple[Scenario, type[Contender], int]


def trials(seeds: Sequence[int] = TRAINING_SEEDS) -> list[Trial]:
    """Every trial of the benchmark: learners once per seed, the others once."""
    return [
        (scenario, contender, seed)
        for scenario in SCENARIOS
        for contender in CONTENDERS
        for seed in (seeds if contender.learns else seeds[:1])
    ]


def run(folder: Path, seeds: Sequence[int] = TRAINING_SEEDS) -> list[TrialResult]:
    """Runs all trials that `folder` does not hold yet.

    Args:
        folder: run folder, made if missing.
        seeds: training seeds.

    Returns:
        The results of all trials of this benchmark, old and new, in the order of `trials`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    finished = {result.key: result for result in read_results(folder)}
    planned = trials(seeds)
    todo = [trial for trial in planned if _key(trial) not in finished]
    # A little room: sums of fractions may end a rounding error above their total.
    total = sum(contender.expected_seconds for _, contender, _ in todo) * (1 + 1e-9)
    versions, commit = library_versions(), git_commit()
    form = "{l_bar}{bar}| {elapsed} elapsed, {remaining} to go"
    # The whole run's mean speed predicts the rest better than the last trial's.
    with tqdm(total=total, bar_format=form, smoothing=0, mininterval=0.5, disable=not todo) as bar:
        for scenario, contender, seed in todo:
            bar.set_description(f"{scenario.name}: {contender.name}, seed {seed}")
            result = run_trial(scenario, contender(), seed, bar, versions, commit)
            append_result(folder, result)
            finished[result.key] = result
    return [finished[_key(trial)] for trial in planned]


def run_trial(
    scenario: Scenario, contender: Contender, seed: int, bar: tqdm, versions: dict, commit: str
) -> TrialResult:
    """Trains one contender with one seed and judges it."""
    expected, done = contender.expected_seconds, 0.0

    def progress(fraction: float) -> None:
        nonlocal done
        # Evaluation still follows, and SB3 may overshoot its number of steps.
        step = min(0.95 * fraction, 0.95 - done)
        done += step
        bar.update(step * expected)

    before = time.perf_counter()
    contender.train(scenario.make_env, seed, progress)
    train_seconds = time.perf_counter() - before
    returns = episode_returns(contender, scenario.make_env)
    result = TrialResult(
        scenario=scenario.name,
        contender=contender.name,
        seed=seed,
        reward_free_steps=contender.reward_free_steps,
        rewarded_steps=contender.rewarded_steps,
        train_seconds=round(train_seconds, 3),
        predict_microseconds=round(predict_microseconds(contender, scenario.make_env), 1),
        mean_return=float(returns.mean()),
        episode_returns=returns.tolist(),
        given=" ".join(contender.given.split()),
        hyperparameters=contender.hyperparameters,
        versions=versions,
        commit=commit,
    )
    bar.update((1 - done) * expected)
    return result


def _key(trial: Trial) -> tuple[str, str, int]:
    scenario, contender, seed = trial
    return scenario.name, contender.name, seed


def library_versions() -> dict[str, str]:
    """Versions of Python and the libraries, and the machine, as plain text."""
    versions = {name: metadata.version(name) for name in LIBRARIES}
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return {"python": platform.python_version(), **versions, "machine": machine}


def git_commit() -> str:
    """Commit of the checkout that holds this file, "-dirty" where it was edited; else "unknown"."""
    here = Path(__file__).resolve()
    if not _git(here.parent, "ls-files", here.name):
        return "unknown"  # installed, perhaps inside somebody else's repository
    return _git(here.parent, "describe", "--always", "--dirty", "--abbrev=7")


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
