"""Commands of the `aifgym` program for any Gymnasium environment."""

from pathlib import Path
from typing import Annotated

import tyro

from ...training import LearnConfig
from ..commands import learn as learn_command
from ..commands import tasks as tasks_command
from ..commands.support import chosen_out

EnvironmentId = Annotated[str, tyro.conf.Positional]
Settings = Annotated[LearnConfig, tyro.conf.arg(name="")]


def learn(
    env: EnvironmentId,
    steps: int = 10_000,
    out: Path | None = None,
    seed: int = 0,
    run: Path | None = None,
    tensorboard: bool = False,
    figures: bool = True,
    config: Settings = LearnConfig(),  # noqa: B008  frozen
) -> int:
    """Learn any Gymnasium task with a finite set of actions, from its own experience.

    Args:
        env: Id of the environment, such as CartPole-v1 or package:Name-v0.
        steps: Environment steps.
        out: Agent file to write; the history of the rounds goes beside it as .csv. None: agent.aif,
            in the run folder where there is one; else only if there is no such file yet.
        seed: Of the environment and of everything random.
        run: Folder to store each round in; the same command goes on from what is there.
        tensorboard: Also write the history for TensorBoard.
        figures: Draw what was learned into a folder beside the agent file.
        config: Settings; one set of defaults for all tasks.
    """
    out = chosen_out(out, "agent.aif", run)
    return learn_command.learn_task(env, steps, out, seed, config, run, tensorboard, figures)


def tasks(
    only: str = "",
    num_seeds: int = 10,
    first_seed: int = 20_000,
    peer_seeds: int = 0,
    episodes: int = 100,
    memory: bool = False,
    out: Path = Path("tasks.csv"),
) -> int:
    """Learn known tasks with the same defaults, and print a table; about half an hour in all.

    What is finished is kept in --out and not learned again, so that a run that was stopped goes on.

    Args:
        only: Only tasks whose name contains this.
        num_seeds: Number of consecutive seeds.
        first_seed: The first of them.
        peer_seeds: From how many of them Stable-Baselines3's PPO and DQN learn beside us, with
            its settings and with RL-Zoo's; with --memory, PPO that sees four observations and
            RecurrentPPO, for 10,000 and 50,000 steps. Needs the extra `bench`.
        episodes: Evaluation episodes for each seed.
        memory: Tasks in which something must be remembered, and `memory="auto"` where nothing must.
            Two of them need the package popgym.
        out: CSV file with one line per task, budget, seed and learner.
    """
    return tasks_command.run_tasks(only, first_seed, num_seeds, peer_seeds, episodes, out, memory)
