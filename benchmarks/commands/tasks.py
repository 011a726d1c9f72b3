"""Gymnasium tasks by their ids, and agents of world models in them."""

from pathlib import Path

import gymnasium as gym

from ...agents import WorldModelAgent
from ..studies.tasks import TASKS, study, summary
from .support import check_parent, write_table


def loaded(path: Path, env_id: str) -> WorldModelAgent:
    """The agent of a file that `learn` wrote.

    Raises:
        ValueError: the file holds another agent, or it does not fit the environment.
    """
    agent = WorldModelAgent.load(path)
    env = made(env_id)
    for name in ("observation_space", "action_space"):
        ours, theirs = getattr(agent, name), getattr(env, name)
        if type(ours) is not type(theirs) or ours.shape != theirs.shape:
            raise ValueError(f"{path} was learned with {name} {ours}, {env_id} has {theirs}")
    return agent


def made(env_id: str, **kwargs) -> gym.Env:
    """The environment of an id.

    Raises:
        ValueError: there is none.
    """
    try:
        return gym.make(env_id, **kwargs)
    except (gym.error.Error, ModuleNotFoundError) as error:
        raise ValueError(f"there is no environment {env_id!r}: {error}") from error


def run_tasks(only: str, first_seed: int, num_seeds: int, episodes: int, out: Path) -> int:
    """Learns the tasks whose names contain `only`, and prints the table."""
    names = [name for name in TASKS if only.lower() in name.lower()]
    if not names:
        raise ValueError(f"--only must be part of one of {', '.join(TASKS)}, got {only!r}")
    for option, value in (("--num-seeds", num_seeds), ("--episodes", episodes)):
        if value < 1:
            raise ValueError(f"{option} must be at least 1, got {value}")
    check_parent(out)
    rows = []
    for row in study(names, range(first_seed, first_seed + num_seeds), episodes):
        rows.append(row)
        write_table(out, rows)
        print("{task}, {steps:,} steps, seed {seed}: {mean_return:.2f}".format(**row), flush=True)
    print("\n".join(["", *summary(rows), "", f"wrote {out}"]))
    return 0
