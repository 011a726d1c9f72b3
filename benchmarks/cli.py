"""The `aifgym` program."""

import contextlib
import functools
import io
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import tyro

from ..envs import LineWorld
from ..training import TrainConfig
from . import commands

AgentPath = Annotated[Path, tyro.conf.Positional]
# `--num-states`, not `--world.num-states`.
World = tyro.conf.OmitArgPrefixes[LineWorld]
Training = tyro.conf.OmitArgPrefixes[TrainConfig]


def train(
    out: Path = Path("agent.aif"),
    seed: int = 0,
    episode_steps: int = 8,
    config: Training = TrainConfig(),  # noqa: B008  frozen
    world: World = LineWorld(),  # noqa: B008  frozen
) -> int:
    """Train an agent on ContinuousLineWorld-v0, without labels and without rewards.

    Args:
        out: Agent file to write; the training curves go beside it as .csv.
        seed: Of data collection, initial weights and batches.
        episode_steps: Steps of an episode.
        config: Training.
        world: The environment.
    """
    return commands.train(out, seed, episode_steps, config, world)


def evaluate(
    agent: AgentPath,
    episodes: int = 200,
    episode_steps: int = 8,
    world: World = LineWorld(),  # noqa: B008  frozen
) -> int:
    """Evaluate an agent file beside random actions and the exact Bayes reference.

    Args:
        agent: Agent file.
        episodes: Evaluation episodes.
        episode_steps: Steps of an episode.
        world: The environment.
    """
    return commands.evaluate(agent, episodes, episode_steps, world)


def reproduce() -> int:
    """Run pymdp's tutorial and compare every figure with the page; exit code 1 if any is off."""
    return commands.reproduce()


def benchmark(out: Path = Path("runs/benchmark")) -> int:
    """Compare aifgym, PPO and the references; finished trials are kept and not run again.

    Args:
        out: Run folder for results.csv, report.md and scores.png.
    """
    return commands.benchmark(out, f"aifgym {shlex.join(sys.argv[1:])}")


COMMANDS: dict[str, Callable[..., int]] = {
    "train": train,
    "evaluate": evaluate,
    "reproduce": reproduce,
    "benchmark": benchmark,
}


def main(arguments: list[str] | None = None) -> None:
    """Runs the program: exit code 0, 1 (a check failed), 2 (bad input) or 130 (interrupted)."""
    try:
        raise SystemExit(_parse(arguments)())
    except (ValueError, TypeError, OSError, commands.MissingExtra) as error:
        _stop(_first_line(error), 2)
    except KeyboardInterrupt:
        _stop("interrupted; what is finished is kept, and the same command goes on from there", 130)


def _parse(arguments: list[str] | None) -> Callable[[], int]:
    """The chosen command with its arguments; tyro's boxed complaints become one line."""
    chosen = {name: _deferred(command) for name, command in COMMANDS.items()}
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            return tyro.extras.subcommand_cli_from_dict(
                chosen, prog="aifgym", description=__doc__, args=arguments
            )
    except SystemExit as stop:
        if stop.code not in (None, 0):
            _stop(_without_box(complaint.getvalue()), 2)
        raise


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
    message = re.sub(r"Error parsing __tyro-dummy-inner__\.?\w*: ", "", " ".join(body))
    return f"{message} (see aifgym --help)"


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _stop(message: str, code: int) -> None:
    print(f"aifgym: {message}", file=sys.stderr)
    raise SystemExit(code)
