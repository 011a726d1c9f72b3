"""`aifgym learn`, and `aifgym evaluate --env`: any Gymnasium task, from its id."""

from pathlib import Path

import numpy as np
from tqdm import tqdm

from ...training import LearnConfig, LearnHistory, learn
from ..studies.tasks import task_returns
from .learned_pictures import Rounds, drawn
from .pictures import can_draw
from .support import check_counts, check_parent, save_somewhere, summary_writer, write_table
from .tasks import loaded, made


def learn_task(
    env_id: str,
    steps: int,
    out: Path,
    seed: int,
    config: LearnConfig,
    run: Path | None,
    tensorboard: bool,
    figures: bool,
) -> int:
    """Learns, writes agent file and history, says how it went."""
    check_parent(out, run)
    if out.is_dir() or out.suffix == ".csv":
        raise ValueError(f"--out must name an agent file, not a folder or a .csv, got {out}")
    env = made(env_id)
    if run is not None:
        run.mkdir(parents=True, exist_ok=True)
    shown = Rounds(env, out) if figures and can_draw() else None
    writer = summary_writer(out) if tensorboard else None
    with tqdm(total=steps, desc=env_id, unit=" steps") as bar:

        def progress(row: dict, snapshot) -> None:
            if row["mean_return"] is not None:
                bar.set_postfix({"return": f"{row['mean_return']:.1f}"})
            bar.update(row["steps"] - bar.n)
            if shown is not None:
                shown.add(row, snapshot)

        agent, history = learn(env, steps, config, seed, progress=progress, run_folder=run)
    save_somewhere(agent, out)
    table = out.with_suffix(".csv")
    write_table(table, list(history.rows))
    if history.memories:
        compared = out.with_name(f"{out.stem}-memories.csv")
        write_table(compared, list(history.memories))
        print(_memory(history) + f"; all that were compared are in {compared}")
    if writer is not None:
        write_summaries(writer, history)
    print(f"{agent}\n{_summary(history)}")
    for warning in history.warnings:
        print(f"warning: {warning}")
    print(f"wrote {out} and {table}{drawn(shown, agent, history) if figures else ''}")
    return 0


def evaluate_task(path: Path, env_id: str, episodes: int, seed: int) -> int:
    """Prints the mean return of an agent file in an environment, beside random actions."""
    check_counts(episodes=episodes)
    agent = loaded(path, env_id)
    returns = task_returns(agent, lambda: made(env_id), episodes, seed)
    _print("agent", returns)
    _print("random", task_returns(None, lambda: made(env_id), episodes, seed))
    return 0


def write_summaries(writer, history: LearnHistory) -> None:
    """Numbers of each round for TensorBoard, under the keys that SB3 uses where it has such."""
    keys = {"mean_return": "rollout/ep_rew_mean", "seconds": "time/processor_seconds"}
    for row in history.rows:
        for name, value in row.items():
            if isinstance(value, int | float) and name != "steps":
                writer.add_scalar(keys.get(name, f"world_model/{name}"), value, row["steps"])
    writer.close()


def _summary(history: LearnHistory) -> str:
    last = history.rows[-1]
    ended = last["mean_return"] is not None
    mean = f"mean {last['mean_return']:.1f}" if ended else "none, for no episode ended in it"
    return (
        f"{last['steps']:,} steps, {last['episodes']} episodes, return in the last round: {mean}; "
        f"{last['seconds']:.1f} s of processor"
    )


def _memory(history: LearnHistory) -> str:
    """The memory that was chosen, and why."""
    row = next((row for row in history.memories if row["chosen"]), None)
    if row is None:
        return "memory: none of those asked for is small enough to plan with"
    found = f"memory: {row['family']} ({row['model']})"
    gain = f", held out {row['outcomes'] + row['observations']:.3f} nats a step"
    return found + gain + (f", {row['planner']}: {row['why']}" if row["planner"] else "")


def _print(name: str, returns: np.ndarray) -> None:
    error = returns.std() / np.sqrt(len(returns))
    print(f"{name:8s} mean return {returns.mean():9.2f} +- {error:.2f}, worst {returns.min():.2f}")
