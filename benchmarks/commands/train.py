"""`aifgym train`: from the command line to an agent file, with runs that can be resumed."""

import dataclasses
import json
import time
from pathlib import Path

import jax
from tqdm import tqdm

from ...agents.archive import DAMAGE, damaged
from ...agents.files import write_text
from ...envs import LineWorld
from ...training import History, TrainConfig, fit
from ...training.descent.recipes import TutorialRecipe
from ...training.learners.evidence import configured_recipe
from ..system import interrupts
from . import pictures
from .goals import Goal, Preferences, fit_arguments, note_disagreements, rewarded
from .support import check_parent, make_env, save_somewhere, summary_writer, write_table

ARGUMENTS_FILE = "arguments.json"


@dataclasses.dataclass(frozen=True)
class TrainArguments:
    """What defines a training: stored in its run folder, so that it can be resumed."""

    out: Path
    seed: int
    episode_steps: int
    config: TrainConfig
    world: LineWorld
    goal: Goal | None = None
    preferences: Preferences | None = None

    def to_json(self) -> str:
        """All of it as JSON; paths absolute, so that a run resumes from any folder."""
        return json.dumps(dataclasses.asdict(self) | {"out": str(self.out.absolute())}, indent=2)

    @classmethod
    def from_run(cls, run: Path) -> "TrainArguments":
        """What `to_json` wrote into a run folder.

        Raises:
            ValueError: there is no run, or what it says is damaged.
        """
        path = run / ARGUMENTS_FILE
        if not path.exists():
            raise ValueError(f"--resume: {run} holds no run ({ARGUMENTS_FILE} is missing)")
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            config = stored["config"] | {"tutorial": TutorialRecipe(**stored["config"]["tutorial"])}
            return cls(
                Path(stored["out"]),
                stored["seed"],
                stored["episode_steps"],
                TrainConfig(**config),
                LineWorld(**stored["world"]),
                None if stored.get("goal") is None else tuple(stored["goal"]),
                stored.get("preferences"),
            )
        except (AttributeError, *DAMAGE) as error:
            raise damaged(path, error, "description of a run") from error


def train(
    arguments: TrainArguments, run: Path | None, tensorboard: bool, figures: bool = False
) -> int:
    """Trains, writes agent file, history and figures, says how it went."""
    out, config = arguments.out, arguments.config
    told = fit_arguments(arguments.goal, arguments.preferences)
    check_parent(out, run)
    if out.is_dir() or out.suffix == ".csv":
        raise ValueError(f"--out must name an agent file, not a folder or a .csv, got {out}")
    writer = summary_writer(out) if tensorboard else None
    env = make_env(arguments.world, arguments.episode_steps)
    before = time.perf_counter()
    if run is not None:
        run.mkdir(parents=True, exist_ok=True)
        if not (run / ARGUMENTS_FILE).exists():
            write_text(run / ARGUMENTS_FILE, arguments.to_json())
    with interrupts.held():  # interrupted while it looks for devices, JAX would wait for a minute
        jax.local_devices()
    total = _num_steps(arguments)
    with tqdm(total=total, desc="training (compiles first)", unit=" steps") as bar:
        agent, history = fit(
            env, config, arguments.seed, progress=bar.update, run_folder=run, **told
        )
    save_somewhere(agent, out)
    table = out.with_suffix(".csv")
    write_table(table, history.rows)
    if writer is not None:
        _write_summaries(writer, history)
    print(f"{agent}\n{_summary(history, arguments)}, {time.perf_counter() - before:.1f} s")
    for warning in history.warnings:
        print(f"warning: {warning}")
    note_disagreements(agent, rewarded(arguments.world, agent, arguments.goal))
    print(f"wrote {out} and {table}{_drawn(arguments, agent, history) if figures else ''}")
    return 0


def _drawn(arguments: TrainArguments, agent, history: History) -> str:
    """Draws the figures of the training beside the agent file; what to say about it."""
    if not pictures.can_draw():
        return f"; no figures without matplotlib: {pictures.MISSING}"
    folder = arguments.out.with_name(f"{arguments.out.stem}-figures")
    pictures.check_figures(folder, "--out")
    pictures.training_figures(agent, history, arguments.world, folder)
    return f", and figures in {folder}"


def _num_steps(arguments: TrainArguments) -> int | None:
    """Gradient steps to come; None where the number of states is not known yet."""
    config = arguments.config
    if config.objective == "tutorial":
        return config.train_steps or config.tutorial.train_steps
    if config.num_states == "auto":
        return None
    recipe = configured_recipe(config, config.num_states or arguments.world.num_states)
    finetune = recipe.finetune if config.dynamics != "learned" else None
    return int(recipe.main.num_steps + (finetune.num_steps if finetune else 0))


def _summary(history: History, arguments: TrainArguments) -> str:
    best = history.best_restart
    steps = "reward-free steps" if arguments.preferences is None else "steps with rewards"
    return (
        f"{history.num_transitions:,} {steps}, "
        f"best of {len(history.held_out_loss)} restarts: "
        f"held-out loss {history.held_out_loss[best]:.3f}, "
        f"{history.effective_states[best]:.1f} states in use"
    )


def _write_summaries(writer, history: History) -> None:
    for row in history.rows:
        for name, value in row.items():
            if isinstance(value, float):
                tag = f"{row['phase']}/{name}/restart_{row['restart']}"
                writer.add_scalar(tag, value, row["step"])
    writer.close()
