"""What `aifgym` does with pictures: `animate`, and the figures of `reproduce` and `train`."""

import importlib.util
import time
from pathlib import Path

import jax
import numpy as np

from ...agents import ActiveInferenceEncoderAgent
from ...envs import LineWorld
from ...training import History, simulate
from ...training.learners.tutorial_restarts import curve_rows
from ..analysis import metrics
from ..studies.tutorial import Reproduction, tutorial_episode
from .goals import Goal, check_one, note_disagreements, rewarded, with_goal
from .support import MissingExtra, check_counts, line_agent, make_env

MISSING = 'pip install -c constraints.txt ".[bench]" in the checkout'
NUM_CONFUSION_SEQUENCES = 1000


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def check_figures(folder: Path, option: str) -> None:
    """Fails before the work, not after it, where figures cannot be drawn or not be written."""
    if not can_draw():
        raise MissingExtra(f"{option} needs matplotlib: {MISSING}")
    from ..pictures.saving import make_folder

    make_folder(folder, option)


def animate(
    path: Path,
    world: LineWorld,
    goal: Goal | None,
    episode_steps: int,
    seed: int,
    seconds_per_step: float,
    out: Path,
) -> int:
    """Runs one episode of an agent file and writes its animations."""
    if not 0 < seconds_per_step <= 10:
        raise ValueError(f"--seconds-per-step must be above 0, at most 10, got {seconds_per_step}")
    if seed < 0:
        raise ValueError(f"--seed must be at least 0, got {seed}")
    check_one(goal, None)
    agent = line_agent(path, world)
    world = rewarded(world, agent, goal)
    if goal is not None:
        agent = with_goal(agent, goal)
    note_disagreements(agent, world)
    env = make_env(world, episode_steps)
    check_figures(out, "--out")
    from ..pictures.episode import run_episode
    from ..pictures.saving import save_animations

    before = time.perf_counter()
    episode = run_episode(agent, env, seed)
    notes = save_animations(agent, world, episode, out, seconds_per_step)
    for note in notes:
        print(f"note: {note}")
    seconds = time.perf_counter() - before
    print(f"wrote {len(episode.states)} frames to {out}/path_over_density.* and "
          f"{out}/path_over_regions.* in {seconds:.1f} s")  # fmt: skip
    return 0


def render_speed(world: LineWorld, num_frames: int) -> int:
    """Prints how many frames per second `render_mode="rgb_array"` draws."""
    check_counts(num_frames=num_frames)
    rate = frames_per_second(world, num_frames)
    print(f"{rate:,.0f} frames of 640 x 520 per second, each with a step before it")
    return 0


def frames_per_second(world: LineWorld, num_frames: int = 300) -> float:
    """Rate of `step` and `render` with `render_mode="rgb_array"`, the background drawn before."""
    env = make_env(world, num_frames + 1, render_mode="rgb_array")
    env.reset(seed=0)
    env.render()
    before = time.perf_counter()
    for index in range(num_frames):
        env.step(index % 3)
        env.render()
    return num_frames / (time.perf_counter() - before)


def reproduction_figures(reproduction: Reproduction, folder: Path) -> None:
    """Writes the tutorial's figures and both animations, and says how long it took."""
    from ..pictures.episode import explained
    from ..pictures.saving import save_animations, save_training_figures

    before, world, agent = time.perf_counter(), LineWorld(), reproduction.agent
    save_training_figures(
        curve_rows(reproduction.curves),
        {"Before training": reproduction.untrained, "After training": agent},
        {"Before training": reproduction.confusion_before,
         "After training": reproduction.confusion_after},
        world,
        folder,
    )  # fmt: skip
    states, observations, actions = tutorial_episode(agent, world)
    known_start = np.eye(world.num_states, dtype=np.float32)[world.start_state]
    episode = explained(
        agent, states[:-1], observations, actions, world.rewarded_state, known_start
    )
    for note in save_animations(agent, world, episode, folder):
        print(f"note: {note}")
    print(f"wrote figures and animations to {folder} in {time.perf_counter() - before:.1f} s")


def training_figures(
    agent: ActiveInferenceEncoderAgent, history: History, world: LineWorld, folder: Path
) -> None:
    """Writes the figures of one training; hidden states only name and judge what was learned."""
    from ..pictures.saving import save_training_figures

    data, states = simulate(world, NUM_CONFUSION_SEQUENCES, 6, jax.random.key(1))
    inferred = metrics.inferred_states(agent, data)
    size = max(agent.model.num_states, world.num_states)
    accuracy, relabelling = metrics.best_alignment(np.asarray(states), inferred, size)
    matrix = metrics.confusion_matrix(np.asarray(states), relabelling[inferred], size)
    title = f"Inferred states, aligned: {accuracy:.1%} right"
    regions = {"Decision regions of the encoder": agent}
    save_training_figures(
        history.rows, regions, {title: matrix}, world, folder, history.best_restart
    )
