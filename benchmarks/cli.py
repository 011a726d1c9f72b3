"""The `aifgym` program."""

import contextlib
import functools
import io
import os
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import tyro

from ..envs import LineWorld
from ..training import TrainConfig
from . import commands, train_command
from .cli_types import AgentPath, Training, World
from .picture_cli import animate, render_speed
from .seed_study import Study
from .train_command import MissingExtra, TrainArguments

DESCRIPTION = (
    "Active-inference agents beside reinforcement learning on ContinuousLineWorld-v0. "
    "Each command has its own --help."
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
    world: World = LineWorld(),  # noqa: B008  frozen
) -> int:
    """Evaluate an agent file beside random actions and the exact Bayes reference.

    Prints mean returns with their standard errors, and the normalised score: random is 0, exact
    Bayes is 1. Says so where the agent was made for another world or target than the one given.

    Args:
        agent: Agent file.
        episodes: Evaluation episodes.
        episode_steps: Steps of an episode.
        world: The environment.
    """
    return commands.evaluate(agent, episodes, episode_steps, world)


def reproduce(figures: Path | None = None) -> int:
    """Run pymdp's tutorial and compare every figure with the page; exit code 1 if any is off.

    Args:
        figures: Folder for the tutorial's figures and animations: PNG, SVG, GIF, and MP4.
    """
    return commands.reproduce(figures)


def benchmark(out: Path = Path("runs/benchmark")) -> int:
    """Compare aifgym, PPO and the references; finished trials are kept and not run again.

    Args:
        out: Run folder for results.csv, report.md and scores.png.
    """
    return commands.benchmark(out, f"aifgym {shlex.join(sys.argv[1:])}")


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
    study = Study(
        LineWorld(num_states=states, emission_scale=scale),
        dynamics, latent_states, restarts, sequences, episodes,
    )  # fmt: skip
    return commands.seeds(study, num_seeds, first_seed, tutorial, out)


COMMANDS: dict[str, Callable[..., int]] = {
    "train": train,
    "evaluate": evaluate,
    "animate": animate,
    "render-speed": render_speed,
    "reproduce": reproduce,
    "benchmark": benchmark,
    "seeds": seeds,
}


def run(arguments: list[str] | None = None) -> int:
    """Parses and runs; returns the exit code. Bad input is answered in one line."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        return _parse(arguments)()
    except BrokenPipeError:
        # Whoever read the output has enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ValueError, TypeError, OSError, MissingExtra) as error:
        return _complain(" ".join(str(error).split()) or type(error).__name__)
    except SystemExit as stop:
        return int(stop.code or 0)


def _parse(arguments: list[str]) -> Callable[[], int]:
    """The chosen command with its arguments; tyro's boxed complaints become one line."""
    chosen = {name: _deferred(command) for name, command in COMMANDS.items()}
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            return tyro.extras.subcommand_cli_from_dict(
                chosen, prog="aifgym", description=DESCRIPTION, args=arguments
            )
    except SystemExit as stop:
        if stop.code in (None, 0):
            raise
        command = f" {arguments[0]}" if arguments and arguments[0] in COMMANDS else ""
        message = f"{_without_box(complaint.getvalue())} (see aifgym{command} --help)"
        return lambda: _complain(message)


def _deferred(command: Callable[..., int]) -> Callable[..., Callable[[], int]]:
    """Parsing and running apart, so that only parsing has its errors rewritten."""

    @functools.wraps(command)
    def parsed(*args, **kwargs):
        return functools.partial(command, *args, **kwargs)

    return parsed


def _without_box(text: str) -> str:
    lines = [line.strip("│ ") for line in text.splitlines()]
    start = next((i + 1 for i, line in enumerate(lines) if line.startswith("╭")), 0)
    body = []
    for line in lines[start:]:
        if line.startswith(("─", "╰")):
            break
        body.append(line)
    return re.sub(r"Error parsing __tyro-dummy-inner__\.?\w*: ", "", " ".join(body))


def _complain(message: str) -> int:
    print(f"aifgym: {message}", file=sys.stderr)
    return 2
