"""What a group of trials costs, before it is run."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import nnls

from ..contenders.registry import load_contender
from ..running.results import TrialResult
from ..running.trial import Trial
from ..scenarios.registry import known_scenario, load_scenario
from .document import Table

HEADER = ("contender", "trials", "training steps", "core-seconds per trial", "core-hours",
          "known from")  # fmt: skip


def plan_table(planned: Sequence[Trial], results: Sequence[TrialResult] = ()) -> Table:
    """Trials, environment steps of training and core-hours of each contender, and of all.

    Args:
        planned: the trials.
        results: of a run folder; core-hours follow from their processor time where they have the
            contender, and from its class variables where not.
    """
    rows, total = [], 0.0
    for name in dict.fromkeys(trial.contender for trial in planned):
        mine = [trial for trial in planned if trial.contender == name]
        measured = _measured(load_contender(name).name, results)
        seconds = sum(trial_seconds(trial, measured) for trial in mine)
        total += seconds
        trainings = len({(result.scenario, result.seed, result.budget) for result in measured})
        source = f"{trainings:,} measured trainings" if measured else "a rough guess"
        rows.append([name, *_counts(mine), *_cost(seconds, mine), source])
    return Table("What it costs", HEADER,
                 [*rows, ["all", *_counts(planned), *_cost(total, planned), "-"]])  # fmt: skip


def trial_seconds(trial: Trial, measured: Sequence[TrialResult]) -> float:
    """Processor seconds of a trial: measured ones, interpolated to its budgets.

    A training is taken to cost `fixed + per_step * steps`, both at least 0, fitted by least
    squares to the trainings of the same scenario, or of all where it was not measured.

    Args:
        trial: one.
        measured: results of its contender; with none, its own expectation counts.
    """
    if not measured:
        return trial.expected_seconds
    scenario, contender = load_scenario(trial.scenario), load_contender(trial.contender)
    same = [result for result in measured if result.scenario == trial.scenario] or measured
    steps = np.array([_before(r) + r.budget for r in same], float)
    design = np.stack([np.ones_like(steps), steps], axis=1)
    scale = max(steps.max(), 1.0)  # nnls wants columns of like size
    (fixed, per_scale), _ = nnls(
        design / [1, scale], np.array([result.train_cpu_seconds for result in same])
    )
    budgets = trial.budgets[-1:] if contender.continues else [b for b in trial.budgets if b]
    trainings = max(len(budgets), 1) + (scenario.steps_before > 0 and not contender.continues)
    return trial.judging_seconds + trainings * fixed + per_scale / scale * trial.steps


def _measured(name: str, results: Sequence[TrialResult]) -> list[TrialResult]:
    """Its trainings; those in changed worlds, which may cost less, only if there are no others."""
    mine = [result for result in results if result.contender == name and not result.error]
    return [r for r in mine if not _before(r)] or mine


def _before(result: TrialResult) -> int:
    """Steps of training before a change."""
    known = known_scenario(result.scenario)
    return known.steps_before if known else 0


def _cost(seconds: float, trials: Sequence[Trial]) -> list[str]:
    return [f"{seconds / len(trials):,.1f}", f"{seconds / 3600:.2f}"]


def _counts(trials: Sequence[Trial]) -> list[str]:
    return [f"{len(trials):,}", f"{sum(trial.steps for trial in trials):,}"]
