"""One trial: a contender trained with one seed in one scenario, judged at each budget."""

import dataclasses
import json
import sys
import time
from functools import partial

from ..contenders.base import Contender, EnvFactory
from ..contenders.registry import load_contender
from ..scenarios.registry import load_scenario
from ..scenarios.scenario import EVALUATION_EPISODES
from ..system.provenance import git_commit, library_versions
from .evaluation import episode_returns, predict_microseconds
from .results import Key, TrialResult


@dataclasses.dataclass(frozen=True)
class Trial:
    """What defines a trial: plain data, so that any process anywhere can run it.

    Attributes:
        scenario: its name.
        contender: its name, or `module:Class`.
        seed: of the training.
        budgets: environment steps after which it is judged, increasing.
        num_episodes: evaluation episodes.
    """

    scenario: str
    contender: str
    seed: int
    budgets: tuple[int, ...]
    num_episodes: int = EVALUATION_EPISODES

    @property
    def keys(self) -> tuple[Key, ...]:
        """Of the results that it makes."""
        name = load_contender(self.contender).name
        return tuple((self.scenario, name, self.seed, budget) for budget in self.budgets)

    @property
    def steps(self) -> int:
        """Environment steps of training that it asks for."""
        contender = load_contender(self.contender)
        asked = self.budgets[-1] if contender.continues else sum(self.budgets)
        return load_scenario(self.scenario).steps_before + asked if contender.learns else 0

    @property
    def expected_seconds(self) -> float:
        """Roughly, on one core."""
        contender = load_contender(self.contender)
        trainings = 1 if contender.continues else len(self.budgets)
        fixed = contender.fixed_seconds * trainings
        return fixed + self.judging_seconds + self.steps * contender.seconds_per_step

    @property
    def judging_seconds(self) -> float:
        """Roughly, of all its evaluation episodes on one core."""
        steps = self.num_episodes * load_scenario(self.scenario).episode_steps
        return len(self.budgets) * steps * 5e-5


def run_trial(trial: Trial) -> list[TrialResult]:
    """Trains and judges; one result per budget."""
    scenario, contender = load_scenario(trial.scenario), load_contender(trial.contender)()
    changes = scenario.steps_before > 0
    final = partial(scenario.make_env, changed=changes)
    clock = _Clock()
    if changes:
        clock.measure(contender.train, scenario.make_env, scenario.steps_before, trial.seed)
    before = clock.spent
    results = []
    for budget in trial.budgets:
        if not contender.continues:
            clock.spent = before
        learn = contender.adapt if changes else contender.train
        clock.measure(learn, final, budget, trial.seed)
        if not changes:
            _note_disagreements(trial, contender.disagreements(final()))
        results.append(_judged(trial, contender, final, budget, clock.spent))
    return results


def _note_disagreements(trial: Trial, notes: list[str]) -> None:
    for note in notes:
        what = f"{trial.scenario}: {trial.contender}, seed {trial.seed}"
        print(f"\n{what}: {note}", file=sys.stderr)


class _Clock:
    """Wall-clock and processor seconds of what it measured."""

    def __init__(self) -> None:
        self.spent = (0.0, 0.0)

    def measure(self, function, *args) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        function(*args)
        now = time.perf_counter() - wall, time.process_time() - cpu
        self.spent = self.spent[0] + now[0], self.spent[1] + now[1]


def _judged(
    trial: Trial, contender: Contender, make_env: EnvFactory, budget: int, spent
) -> TrialResult:
    returns = episode_returns(contender, make_env, trial.num_episodes)
    return dataclasses.replace(
        _unjudged(trial, budget),
        reward_free_steps=contender.reward_free_steps,
        rewarded_steps=contender.rewarded_steps,
        train_seconds=round(spent[0], 3),
        train_cpu_seconds=round(spent[1], 3),
        predict_microseconds=round(predict_microseconds(contender, make_env), 1),
        mean_return=float(returns.mean()),
        episode_returns=[int(x) if x.is_integer() else x for x in returns.tolist()],
        # A TypeError here fails this trial, and not the run that would write it.
        hyperparameters=json.loads(json.dumps(contender.hyperparameters)),
    )


def failed(trial: Trial, error: str) -> list[TrialResult]:
    """The results of a trial that failed for good: they say so, and why."""
    error = " ".join(error.split()) or "failed"
    return [dataclasses.replace(_unjudged(trial, budget), error=error) for budget in trial.budgets]


def _unjudged(trial: Trial, budget: int) -> TrialResult:
    """What is known of a result before there is one."""
    contender = load_contender(trial.contender)
    return TrialResult(
        scenario=trial.scenario,
        contender=contender.name,
        seed=trial.seed,
        budget=budget,
        error="",
        reward_free_steps=0,
        rewarded_steps=0,
        train_seconds=0.0,
        train_cpu_seconds=0.0,
        predict_microseconds=0.0,
        mean_return=None,
        episode_returns=[],
        given=contender.given,
        hyperparameters={},
        versions=library_versions(),
        commit=git_commit(),
    )
