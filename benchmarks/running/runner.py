"""Trials to results: skips what is finished, keeps what is finished, shows progress."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from ..contenders.registry import load_contender
from .engines import Engine, in_process
from .plans import FIRST_TRAINING_SEED, Plan
from .results import FinishedKeys, TrialResult, append_results, read_results
from .trial import Trial


def trials(plans: Iterable[Plan]) -> list[Trial]:
    """Every trial of some plans: learners once per seed with all budgets, the others once."""
    planned = [
        Trial(plan.scenario, name, seed, plan.budgets if learns else (0,), plan.num_episodes)
        for plan in plans
        for name in plan.contenders
        for learns in [load_contender(name).learns]
        for seed in (training_seeds(plan.num_seeds) if learns else [0])
    ]
    return list(dict.fromkeys(planned))


def training_seeds(number: int) -> range:
    """The first so many."""
    return range(FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + number)


def run(folder: Path, planned: Sequence[Trial], engine: Engine = in_process) -> list[TrialResult]:
    """Runs all trials whose results `folder` does not hold yet.

    Each finished trial is durable at once. One that failed for good is kept as failed, and tried
    again by the next run. Several processes may share a folder.

    Args:
        folder: run folder, made if missing.
        planned: the trials.
        engine: where they run.

    Returns:
        Their results, old and new, in the order of the trials.

    Raises:
        ValueError: the folder holds results of another number of evaluation episodes, or a file
            that `read_results` refuses.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _check_episodes(folder, read_results(folder), planned)
    finished = FinishedKeys(folder)
    todo = [trial for trial in planned if not finished().issuperset(trial.keys)]
    # The longest first: at the end no core waits long for another one.
    todo.sort(key=lambda trial: -trial.expected_seconds)
    # A little room: sums of fractions may end a rounding error above their total.
    total = sum(trial.expected_seconds for trial in todo) * (1 + 1e-9)
    form = "{l_bar}{bar}| {elapsed} elapsed, {remaining} to go"
    # The whole run's mean speed predicts the rest better than the last trial's.
    with tqdm(total=total, bar_format=form, smoothing=0, mininterval=0.5, disable=not todo) as bar:
        bar.set_description(f"{len(todo)} trials")
        for trial, results in engine(_still_open(todo, finished, bar)):
            append_results(folder, results)
            bar.set_description(f"{trial.scenario}: {trial.contender}, seed {trial.seed}")
            bar.update(trial.expected_seconds)
    results_by_key = {result.key: result for result in read_results(folder)}
    return [results_by_key[key] for trial in planned for key in trial.keys]


def _still_open(todo: Sequence[Trial], finished: FinishedKeys, bar: tqdm) -> Iterator[Trial]:
    """The trials that no other process has finished by the time that it is their turn."""
    for trial in todo:
        if finished().issuperset(trial.keys):
            bar.update(trial.expected_seconds)
        else:
            yield trial


def _check_episodes(folder: Path, results: Sequence[TrialResult], planned: Sequence[Trial]) -> None:
    wanted = {key: trial.num_episodes for trial in planned for key in trial.keys}
    for result in results:
        found = len(result.episode_returns)
        if not result.error and found != wanted.get(result.key, found):
            raise ValueError(
                f"{folder} holds results of {found} evaluation episodes, not of "
                f"{wanted[result.key]}: use another folder"
            )
