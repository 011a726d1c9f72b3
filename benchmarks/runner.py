"""Trials to results: skips what is finished, keeps what is finished, shows progress."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tqdm import tqdm

from .plans import Plan
from .registry import load_contender
from .results import TrialResult, append_results, read_results
from .trial import Trial, run_trial


def trials(plans: Iterable[Plan]) -> list[Trial]:
    """Every trial of some plans: learners once per seed with all budgets, the others once."""
    return [
        Trial(plan.scenario, name, seed, plan.budgets if load_contender(name).learns else (0,))
        for plan in plans
        for name in plan.contenders
        for seed in range(plan.num_seeds if load_contender(name).learns else 1)
    ]


def run(folder: Path, planned: Sequence[Trial]) -> list[TrialResult]:
    """Runs all trials whose results `folder` does not hold yet.

    Args:
        folder: run folder, made if missing.
        planned: the trials.

    Returns:
        Their results, old and new, in the order of the trials.
    """
    folder.mkdir(parents=True, exist_ok=True)
    finished = {result.key for result in read_results(folder)}
    todo = [trial for trial in planned if not finished.issuperset(trial.keys)]
    # A little room: sums of fractions may end a rounding error above their total.
    total = sum(trial.expected_seconds for trial in todo) * (1 + 1e-9)
    form = "{l_bar}{bar}| {elapsed} elapsed, {remaining} to go"
    # The whole run's mean speed predicts the rest better than the last trial's.
    with tqdm(total=total, bar_format=form, smoothing=0, mininterval=0.5, disable=not todo) as bar:
        for trial in todo:
            bar.set_description(f"{trial.scenario}: {trial.contender}, seed {trial.seed}")
            append_results(folder, run_trial(trial))
            bar.update(trial.expected_seconds)
    results = {result.key: result for result in read_results(folder)}
    return [results[key] for trial in planned for key in trial.keys]
