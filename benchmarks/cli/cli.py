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
from ..commands import reproduce as reproduce_command
from ..commands import studies
from ..commands import train as train_command
from ..commands.support import MissingExtra, require_bench
from ..commands.train import TrainArguments
from ..studies.seeds import SeedStudy
from ..system import compilation_cache, devices
from .benchmark import benchmark, tune
from .learn import learn, tasks
from .parsing import complain, parse
from .pictures import animate, render_speed
from .report import report
from .types import AgentPath, Training, World

DESCRIPTION = (
    "Active-inference agents beside reinforcement learning on ContinuousLineWorld-v0. "
    "Each command has its own --help. What JAX compiles is kept in your cache folder for the "
    f"next run; {compilation_cache.OPTION} turns that off."
)


def train(
    out: Path = Path("agent.aif"),
    seed: int = 0,
    episode_steps: int = 8,
    run: Path | None = None,
    resume: Path | None = None,
    tensorboard: bool = False,
    figures: bool = True,
    config: Training = TrainConfig(),  # noqa: B008  frozen
    world: World = LineWorld(),  # noqa: B008  frozen
) -> int:
    """Train an agent on ContinuousLineWorld-v0, without labels and without rewards.

    Args:
        out: Agent file to write; the training curves go beside it as .csv.
        seed: Of data collection, initial weights and batches.
        episode_steps: Steps of an episode.
        run: Folder to store the training in after each 50 steps.
        resume: Run folder to go on from; all other arguments are those stored in it.
        tensorboard: Also write the curves for TensorBoard.
        figures: Draw curves, confusion and decision regions into a folder beside the agent file.
        config: Training.
        world: The environment.
    """
    arguments = TrainArguments(out, seed, episode_steps, config, world)
    if resume is not None:
        run, arguments = resume, TrainArguments.from_run(resume)
    return train_command.train(arguments, run, tensorboard, figures)


def evaluate(
    agent: AgentPath,
    episodes: int = 200,
    episode_steps: int = 8,
    compiled: bool = False,
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
        env: Id of a Gymnasium environment.
        seed: Of the first episode in it.
        world: The environment, without --env.
    """
    if env is not None:
        return learn_command.evaluate_task(agent, env, episodes, seed)
    return evaluate_command.evaluate(agent, episodes, episode_steps, world, compiled)


def reproduce(figures: Path | None = None) -> int:
    """Run pymdp's tutorial and compare every figure with the page; exit code 1 if any is off.

    MP4 files need the extra `bench`.

    Args:
        figures: Folder for the tutorial's figures and animations: PNG, SVG, GIF, and MP4.
    """
    return reproduce_command.reproduce(figures)


def seeds(
    num_seeds: int = 100,
    first_seed: int = 0,
    states: int = 5,
    dynamics: Literal["known", "learned"] = "known",
    scale: float = 1.0,
    restarts: int | None = None,
    latent_states: int | None = None,
    sequences: int | None = None,
    episodes: int = 200,
    tutorial: bool = True,
    out: Path = Path("seeds.csv"),
) -> int:
    """Train on many seeds and count how often the states are found as well as by exact Bayes.

    Args:
        num_seeds: Number of consecutive seeds.
        first_seed: The first of them.
        states: K of the world.
        dynamics: B is known, or learned and then matched to the true one.
        scale: Standard deviation of an observation coordinate.
        restarts: Trainings side by side. None is the recipe's.
        latent_states: Latent indices of learned dynamics in control. None is K.
        sequences: Training sequences of 6 steps; half as many are held out. None is by K.
        episodes: Control episodes in the centre scenario (5 states only); 0 leaves control out.
        tutorial: Also run the tutorial's recipe as published.
        out: CSV file with one line per seed.
    """
    study = SeedStudy(
        LineWorld(num_states=states, emission_scale=scale),
        dynamics, latent_states, restarts, sequences, episodes,
    )  # fmt: skip
    return studies.seeds(study, num_seeds, first_seed, tutorial, out)


def speed(out: Path = Path("runs/speed"), turns: int = 7, only: str = "") -> int:
    """Time environment, agent and training beside their peers; about 10 minutes on 2 cores.

    Needs the extra `bench`.

    Args:
        out: Folder for speed.csv and speed.png.
        turns: How often ours and the peer are timed, in turn.
        only: Only pairs whose name contains this.
    """
    require_bench("speed")
    from ..commands.speed import speed

    return speed(out, turns, only)


COMMANDS: dict[str, Callable[..., int]] = {
    "learn": learn,
    "train": train,
    "evaluate": evaluate,
    "animate": animate,
    "render-speed": render_speed,
    "reproduce": reproduce,
    "benchmark": benchmark,
    "seeds": seeds,
    "report": report,
    "tune": tune,
    "speed": speed,
    "tasks": tasks,
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
