"""What several commands share: the environment, checks before the work, tables after it."""

import contextlib
import csv
import importlib.util
import tempfile
import time
from pathlib import Path

import gymnasium as gym

from ...agents import ActiveInferenceEncoderAgent
from ...agents.files import replacing
from ...envs import LineWorld
from ..running.result_lines import neutral
from ..scenarios.scenario import LINE_WORLD


class MissingExtra(Exception):
    """A command needs packages that were not installed."""


def make_env(world: LineWorld, episode_steps: int, **kwargs) -> gym.Env:
    """The environment that the command line describes."""
    check_counts(episode_steps=episode_steps)
    return gym.make(LINE_WORLD, max_episode_steps=episode_steps, **world.to_dict(), **kwargs)


def check_counts(**counts: int | None) -> None:
    """Raises ValueError for the first option, by its name in Python, that is below 1."""
    for name, count in counts.items():
        if count is not None and count < 1:
            raise ValueError(f"--{name.replace('_', '-')} must be at least 1, got {count}")


def chosen_out(out: Path | None, name: str, run: Path | None = None) -> Path:
    """The file to write: as it was named, else `name`, in the run folder where there is one.

    Raises:
        ValueError: nobody named the file, and it is there already.
    """
    if out is not None:
        return out
    if run is not None:
        return run / name
    if Path(name).exists():
        raise ValueError(f"{name} is there already: pass --out {name} to replace it, or another")
    return Path(name)


def line_agent(path: Path, world: LineWorld) -> ActiveInferenceEncoderAgent:
    """The agent of a file, which must fit the line world; learned states may be of any number.

    Raises:
        ValueError: it does not.
    """
    agent = ActiveInferenceEncoderAgent.load(path)
    if not isinstance(agent, ActiveInferenceEncoderAgent):
        raise ValueError(f"{path} was written by `aifgym learn`: pass --env")
    num_states = agent.model.num_states
    if agent.observation_space.shape != (2,) or agent.model.num_actions != 3:
        raise ValueError(f"{path} was not made for ContinuousLineWorld-v0 (2-D, 3 actions)")
    if num_states != world.num_states and not agent.has_own_numbers:
        raise ValueError(
            f"{path} has {num_states} states, the world {world.num_states}: "
            f"pass --num-states {num_states}"
        )
    return agent


def check_folder(out: Path) -> None:
    """Raises ValueError where `--out` names a file in place of a folder."""
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out must be a folder, {out} is a file")


def check_parent(out: Path, run: Path | None = None) -> None:
    """Raises ValueError where there is no folder for `--out`, nor will there be for the run."""
    if out.parent != run and not out.parent.is_dir():
        raise ValueError(f"--out: there is no folder {out.parent}")


def write_table(path: Path, rows: list[dict]) -> None:
    """Writes dicts with the same keys as CSV, all or nothing, without cells that could be run."""
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(
            {k: neutral(cell) if isinstance(cell, str) else cell for k, cell in row.items()}
            for row in rows
        )


def save_somewhere(agent, out: Path) -> None:
    """Writes an agent file; where that fails, elsewhere, so that a training is not lost.

    Raises:
        ValueError: it could not be written to `out`; the message says where it is instead.
    """
    try:
        agent.save(out)
        return
    except OSError as error:
        reason = f"{out} cannot be written ({error.strerror or error})"
    name = f"{out.stem}-{time.strftime('%Y%m%d-%H%M%S')}.aif"
    for folder in (Path.cwd(), Path.home(), Path(tempfile.gettempdir())):
        with contextlib.suppress(OSError):
            agent.save(folder / name)
            raise ValueError(f"{reason}: the agent is in {folder / name}")
    raise ValueError(f"{reason}, nor anywhere else: with --run, --resume goes on from the run")


# What tells that an extra is installed.
OF_EXTRA = {
    "bench": ("stable_baselines3", "filelock", "matplotlib", "jinja2"),
    "demo": ("starlette", "uvicorn"),
}


def require_extra(extra: str, command: str) -> None:
    """Raises MissingExtra where the extra that `command` needs is not installed."""
    missing = [name for name in OF_EXTRA[extra] if not _is_installed(name)]
    if missing:
        raise MissingExtra(
            f"{command} needs {' and '.join(missing)}: "
            f'pip install -c constraints.txt ".[{extra}]" in the checkout'
        )


def _is_installed(name: str) -> bool:
    with contextlib.suppress(ModuleNotFoundError):
        return importlib.util.find_spec(name) is not None
    return False


def require_bench(command: str) -> None:
    """Raises MissingExtra where the peers and the plots of `command` are not installed."""
    require_extra("bench", command)


def summary_writer(out: Path):
    """TensorBoard's writer, into a folder beside an agent file; MissingExtra without it."""
    try:
        from tensorboardX import SummaryWriter
    except ImportError as error:
        raise MissingExtra(
            '--tensorboard needs: pip install -c constraints.txt ".[tensorboard]" in the checkout'
        ) from error
    return SummaryWriter(str(out.with_suffix("")) + "-tensorboard")
