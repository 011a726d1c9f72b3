"""What a group of trials costs, before it is run."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from .document import Table
from .registry import load_contender
from .results import TrialResult
from .trial import Trial

HEADER = ("contender", "trials", "training steps", "expected core-hours", "measured CPU s a trial")


def plan_table(planned: Sequence[Trial], results: Sequence[TrialResult] = ()) -> Table:
    """Trials, environment steps of training and core-hours of each contender, and of all.

    Args:
        planned: the trials.
        results: of a run folder; the median processor time of a trial's training is theirs.
    """
    rows = []
    for name in dict.fromkeys(trial.contender for trial in planned):
        mine = [trial for trial in planned if trial.contender == name]
        rows.append([name, *_numbers(mine), _measured(load_contender(name).name, results)])
    return Table("What it costs", HEADER, [*rows, ["all", *_numbers(planned), "-"]])


def _numbers(trials: Sequence[Trial]) -> list[str]:
    hours = sum(trial.expected_seconds for trial in trials) / 3600
    return [f"{len(trials):,}", f"{sum(trial.steps for trial in trials):,}", f"{hours:.2f}"]


def _measured(name: str, results: Sequence[TrialResult]) -> str:
    """Median over trials; a contender that starts anew with each budget pays for each."""
    spent: dict[tuple, list[float]] = defaultdict(list)
    for result in results:
        if result.contender == name and not result.error:
            spent[result.scenario, result.seed].append(result.train_cpu_seconds)
    if not spent:
        return "-"
    total = max if load_contender(name).continues else sum
    largest = max(result.budget for result in results if result.contender == name)
    median = np.median([total(seconds) for seconds in spent.values()])
    return f"{median:.1f} (to {largest:,} steps, {len(spent)} trials)"
