"""The sub-commands that run and report the benchmark, as `cli` offers them."""

import shlex
import sys
from pathlib import Path

from ..commands import benchmark as benchmark_command
from ..commands import studies
from ..commands.benchmark import BenchmarkOptions
from ..commands.support import chosen_out
from .types import Group, Repeated


def benchmark(
    out: Path = Path("runs/benchmark"),
    group: Group = "quick",
    env: Repeated = (),
    workers: int | None = None,
    ray: str | None = None,
    contender: Repeated = (),
    only: bool = False,
    scenario: Repeated = (),
    num_seeds: int | None = None,
    budgets: tuple[int, ...] = (),
    episodes: int | None = None,
    plan: bool = False,
) -> int:
    """Compare aifgym, PPO and the references; finished trials are kept and not run again.

    Needs the extra `bench`, and `ray` for a cluster.

    Args:
        out: Run folder for results.csv, report.html, report.md and figures.
        group: Which trials: quick takes minutes, standard 45 to 90 minutes, full is for a cluster.
        env: An environment of your own in place of the group: a Gymnasium id such as CartPole-v1,
            or module:EnvId, with Discrete actions; may be given several times.
        workers: Processes side by side. None: one per core.
        ray: Run on a Ray cluster: its address, or local to start one here.
        contender: Who takes part besides: a name, module:Class, or an agent file; may be given
            several times.
        only: Nobody else but the references that scores need.
        scenario: Only this scenario, of the group or of an installed package; may be given several
            times.
        num_seeds: How many training seeds, from 10,000 up, in place of the group's.
        budgets: Environment steps of training, in place of the group's; 10,000 with --env.
        episodes: Evaluation episodes, in place of 200.
        plan: Only print how many trials there are and what they cost.
    """
    options = BenchmarkOptions(
        group, env, workers, ray, contender, only, scenario, num_seeds, budgets, episodes, plan
    )
    return benchmark_command.benchmark(out, options, f"aifgym {shlex.join(sys.argv[1:])}")


def tune(out: Path | None = None) -> int:
    """Search for the settings of "PPO tuned"; about 25 minutes on one core.

    Needs the extra `bench`.

    Args:
        out: CSV file with one line per round and setting, the best of the last round first. None:
            ppo_tuning.csv, if there is no such file yet.
    """
    return studies.tune(chosen_out(out, "ppo_tuning.csv"))
