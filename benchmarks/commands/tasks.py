"""Gymnasium tasks by their ids, and agents of world models in them."""

import csv
from pathlib import Path

from ...agents import ActiveInferenceEncoderAgent
from ...agents.with_env import check_spaces
from ...training.learn import Learned
from ..scenarios.own import made
from ..studies.memory_tasks import MEMORY_TASKS
from ..studies.tasks import TASKS, Trial, run_trial, summary, trials
from .support import check_counts, check_parent, require_bench, write_table


def loaded(path: Path, env_id: str) -> Learned:
    """The agent of a file that `learn` wrote.

    Raises:
        ValueError: the file holds no agent, or it does not fit the environment.
    """
    agent: Learned = ActiveInferenceEncoderAgent.load(path)
    check_spaces(agent, made(env_id), str(path))
    return agent


def run_tasks(
    only: str,
    first_seed: int,
    num_seeds: int,
    peer_seeds: int,
    episodes: int,
    out: Path,
    memory: bool = False,
) -> int:
    """Learns the tasks whose names contain `only`, and prints the table.

    What `out` holds already is kept and not learned again.
    """
    known = MEMORY_TASKS if memory else TASKS
    tasks = {name: task for name, task in known.items() if only.lower() in name.lower()}
    if not tasks:
        raise ValueError(f"--only must be part of one of {', '.join(known)}, got {only!r}")
    check_counts(num_seeds=num_seeds, episodes=episodes)
    if not 0 <= peer_seeds <= num_seeds:
        raise ValueError(f"--peer-seeds must be in 0..{num_seeds}, got {peer_seeds}")
    if peer_seeds:
        require_bench("tasks --peer-seeds")
    check_parent(out)
    rows = _finished(out, episodes)
    done = set(map(_trial_of, rows))
    asked = trials(tasks, range(first_seed, first_seed + num_seeds), peer_seeds)
    for trial in asked:
        if trial in done:
            continue
        rows.append(run_trial(trial, tasks[trial.task], episodes) | {"episodes": episodes})
        write_table(out, rows)
        line = "{task}, {steps:,} steps, {learner}, seed {seed}: {mean_return:.2f}"
        print(line.format(**rows[-1]), flush=True)
    wanted = set(asked)
    shown = [row for row in rows if _trial_of(row) in wanted]
    print("\n".join(["", *summary(shown), "", f"wrote {out}"]))
    return 0


def _trial_of(row: dict) -> Trial:
    return Trial(*(row[name] for name in Trial._fields))


def _finished(out: Path, episodes: int) -> list[dict]:
    """Rows of an earlier run.

    Raises:
        ValueError: it is a table of something else, or with other evaluation episodes.
    """
    if not out.exists():
        return []
    with open(out, newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        rows: list[dict] = list(table)
    kinds = {"steps": int, "seed": int, "episodes": int}
    kinds |= dict.fromkeys(("mean_return", "mean_length", "seconds"), float)
    try:
        if not {*Trial._fields, *kinds} <= set(table.fieldnames or ()):
            raise ValueError("it has other columns")
        rows = [{k: kinds.get(k, str)(cell) for k, cell in row.items()} for row in rows]
        others = {row["episodes"] for row in rows} - {episodes}
    except (KeyError, ValueError, TypeError) as error:
        message = f"{out} is there already: pass --out with another, for it is no table of `tasks`"
        raise ValueError(message) from error
    if others:
        raise ValueError(f"--out: {out} has {others.pop()} evaluation episodes, not {episodes}")
    return rows
