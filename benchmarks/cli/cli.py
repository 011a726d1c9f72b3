"""The `aifgym` program."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from gymnasium.error import DependencyNotInstalled

from ...envs import LineWorld
from ...training import TrainConfig
from ..commands import evaluate as evaluate_command
from ..commands import learn as learn_command
from ..commands import train as train_command
from ..commands.support import MissingExtra, chosen_out
from ..commands.train import TrainArguments
from ..system import compilation_cache, devices
from .benchmark import benchmark, tune
from .demo import demo
from .learn import learn, tasks
from .parsing import complain, parse
from .pictures import animate, render_speed
from .report import report
from .studies import changes, costs, goals, reproduce, seeds, speed
from .types import AgentPath, Training, World

DESCRIPTION = (
    "Active-inference agents beside reinforcement learning on ContinuousLineWorld-v0. "
    "Each command has its own --help. What JAX compiles is kept in your cache folder for the "
    f"next run; {compilation_cache.OPTION} turns that off."
)


def train(
    out: Path | None = None,
    seed: int = 0,
    episode_steps: int = 8,
    goal: tuple[float, ...] | None = None,
    preferences: Literal["reward"] | None = None,
    run: Path | None = None,
    resume: Path | None = None,
    tensorboard: bool = False,
    figures: bool = True,
    config: Training = TrainConfig(),  # noqa: B008  frozen
    world: World = LineWorld(),  # noqa: B008  frozen
) -> int:
    """Train an agent on ContinuousLineWorld-v0, without labels and, unless asked, without rewards.

    Args:
        out: Agent file to write; the training curves go beside it as .csv. None: agent.aif, in the
            run folder where there is one; else only if there is no such file yet.
        seed: Of data collection, initial weights and batches.
        episode_steps: Steps of an episode.
        goal: What the agent seeks: a state, or two coordinates of an observation of the goal. None:
            the target, where B is known.
        preferences: reward: prefer states by the rewards of the random steps.
        run: Folder to store the training in after each 50 steps.
        resume: Run folder to go on from; all other arguments are those stored in it.
        tensorboard: Also write the curves for TensorBoard.
        figures: Draw curves, confusion and decision regions into a folder beside the agent file.
        config: Training.
        world: The environment.
    """
    if resume is not None:
        run, arguments = resume, TrainArguments.from_run(resume)
    else:
        out = chosen_out(out, "agent.aif", run)
        arguments = TrainArguments(out, seed, episode_steps, config, world, goal, preferences)
    return train_command.train(arguments, run, tensorboard, figures)


def evaluate(
    agent: AgentPath,
    episodes: int = 200,
    episode_steps: int = 8,
    compiled: bool = False,
    goal: tuple[float, ...] | None = None,
    preferences: Literal["reward"] | None = None,
    env: str | None = None,
    seed: int = 0,
    world: World = LineWorld(),  # noqa: B008  frozen
) -> int:
    """Evaluate an agent file beside random actions and the exact Bayes reference.

    With --env, evaluates a file that `aifgym learn` wrote, in that environment, beside random
    actions; then only --episodes and --seed count.

    Prints mean returns with their standard errors, and the normalised score: random is 0, exact
    Bayes is 1. Says so where the agent was made for another world or target than the one given.

    Args:
        agent: Agent file.
        episodes: Evaluation episodes.
        episode_steps: Steps of an episode.
        compiled: Run the agent and its environment in one compiled loop, for many episodes. They
            have the same distribution, but are not those that the references see.
        goal: What the agent seeks in place of what it was trained for: a state (the agent's own
            number; where B was known the world rewards it, too, unless --target-state says
            otherwise), or two coordinates of an observation of the goal.
        preferences: reward: prefer states by the rewards of random steps, taken first.
        env: Id of a Gymnasium environment.
        seed: Of the first episode in it.
        world: The environment, without --env.
    """
    if env is not None:
        return learn_command.evaluate_task(agent, env, episodes, seed)
    return evaluate_command.evaluate(
        agent, episodes, episode_steps, world, compiled, goal, preferences
    )


COMMANDS: dict[str, Callable[..., int]] = {
    "learn": learn,
    "train": train,
    "evaluate": evaluate,
    "animate": animate,
    "demo": demo,
    "render-speed": render_speed,
    "reproduce": reproduce,
    "benchmark": benchmark,
    "seeds": seeds,
    "report": report,
    "tune": tune,
    "speed": speed,
    "changes": changes,
    "tasks": tasks,
    "costs": costs,
    "goals": goals,
}


def run(arguments: list[str] | None = None) -> int:
    """Parses and runs; returns the exit code. Bad input is answered in one line."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if compilation_cache.OPTION in arguments:
        arguments.remove(compilation_cache.OPTION)
    else:
        compilation_cache.use()
    try:
        return parse(COMMANDS, DESCRIPTION, arguments)()
    except BrokenPipeError:
        # Whoever read the output has enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ValueError, TypeError, OSError, MissingExtra, DependencyNotInstalled) as error:
        return complain(" ".join(str(error).split()) or type(error).__name__)
    except (AssertionError, RuntimeError):
        message = devices.complaint()
        if message is None:
            raise
        return complain(message)
    except SystemExit as stop:
        return int(stop.code or 0)
