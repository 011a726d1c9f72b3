"""`aifgym benchmark`: from the command line to trials, results and report."""

import dataclasses
from pathlib import Path

from ..contenders.registry import load_contender
from ..running.engines import Engine, in_process, in_processes, num_cores
from ..running.plans import GROUPS, Plan, may_run, overridden, own_plan
from ..running.results import read_results
from ..running.trial import Trial
from ..scenarios.registry import SCENARIOS, installed_scenarios
from ..system import compilation_cache
from .support import check_counts, check_folder, require_bench


@dataclasses.dataclass(frozen=True)
class BenchmarkOptions:
    """The command's arguments; see there."""

    group: str
    env: tuple[str, ...]
    workers: int | None
    ray: str | None
    contender: tuple[str, ...]
    only: bool
    scenario: tuple[str, ...]
    num_seeds: int | None
    budgets: tuple[int, ...]
    episodes: int | None
    plan: bool

    def check(self) -> None:
        """Raises ValueError for what cannot be run."""
        check_counts(workers=self.workers, num_seeds=self.num_seeds, episodes=self.episodes)
        if self.budgets and (min(self.budgets) < 1 or sorted(set(self.budgets)) != [*self.budgets]):
            raise ValueError(f"--budgets must be increasing, from 1, got {self.budgets}")
        if self.workers is not None and self.ray is not None:
            raise ValueError("give --workers or --ray, not both: Ray uses all cores that it finds")
        here = {plan.scenario for plan in GROUPS[self.group]} | {*installed_scenarios()}
        if unknown := set(self.scenario) - here:
            names = ", ".join(name for name in (*SCENARIOS, *installed_scenarios()) if name in here)
            raise ValueError(f"--scenario of {self.group} must be one of {names}; got "
                             f"{', '.join(sorted(unknown))}")  # fmt: skip
        if inside := set(self.env) & {*SCENARIOS, *installed_scenarios()}:
            raise ValueError(f"--env takes ids of environments; pass --scenario {min(inside)}")
        if self.only and not self.contender:
            raise ValueError("--only needs a --contender")
        names = [load_contender(name).name for name in dict.fromkeys(self.contender)]
        if again := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two --contender have the same name: {', '.join(again)}")
        for name in self.contender:
            if not any(may_run(name, plan.scenario) for plan in self._plans()):
                raise ValueError(f"--contender {name} is given the transition matrix, "
                                 f"which --scenario {', '.join(self.scenario)} hides")  # fmt: skip

    def _plans(self) -> tuple[Plan, ...]:
        """The group's, of some of its scenarios; and those of somebody's own."""
        own = [*self.env, *(name for name in self.scenario if name in installed_scenarios())]
        plans = () if own and not {*self.scenario} - {*own} else GROUPS[self.group]
        kept = (plan for plan in plans if not self.scenario or plan.scenario in self.scenario)
        return (*kept, *map(own_plan, dict.fromkeys(own)))

    def trials(self) -> list[Trial]:
        """What is to be run."""
        from ..running.runner import trials

        plans = overridden(
            self._plans(),
            (),
            self.contender,
            self.only,
            self.num_seeds,
            self.budgets,
            self.episodes,
        )
        return trials(plans)

    def engine(self) -> Engine:
        """Where it is to be run."""
        if self.ray is not None:
            from ..running.ray_engine import on_ray

            return on_ray(self.ray, compilation_cache.environment())
        workers = self.workers or num_cores()
        if workers == 1:
            return in_process
        return in_processes(workers, compilation_cache.environment())


def benchmark(out: Path, options: BenchmarkOptions, command: str) -> int:
    """Runs the missing trials, writes the report and prints its scores."""
    require_bench("benchmark")
    options.check()
    planned = options.trials()
    if options.plan:
        from ..report import costs, markdown

        plan = costs.plan_table(planned, read_results(out))
        print(markdown.table(plan.header, plan.rows))
        return 0
    check_folder(out)
    from ..report import writing as report
    from ..running import runner

    before = read_results(out)
    if kept := {result.commit for result in before}:
        print(f"trials of commit {', '.join(sorted(kept))} are kept; remove {out} to start over")
    results = runner.run(out, planned, options.engine())
    added = read_results(out) != before
    print(f"\n{report.write_report(out, command if added else None)}")
    names = ("report.html", "report.md", "scores.png", "results.csv")
    print(f"\nwrote {', '.join(str(out / name) for name in names)}")
    failures = sum(bool(result.error) for result in results)
    if failures:
        print(f"{failures} results are missing because their trials failed; see the report")
    return 1 if failures else 0
