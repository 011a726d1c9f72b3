"""The animations of an episode, and the figures of a training, as files in a folder."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ...agents import ActiveInferenceEncoderAgent
from ...envs import LineWorld
from . import figures, movie, style
from . import observation_plane as plane
from .animation import EpisodeView
from .episode import Episode, Names, latent_names

SECONDS_PER_STEP = 0.9
"""The tutorial's."""


def make_folder(folder: Path, option: str) -> None:
    """Makes a folder that files can be written to.

    Raises:
        ValueError: it cannot be made or not be written to; the message names `option`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError as error:
        raise ValueError(
            f"{option}: cannot write to {folder} ({error.strerror}); name another folder"
        ) from error


def save_animations(
    agent: ActiveInferenceEncoderAgent,
    world: LineWorld,
    episode: Episode,
    folder: Path,
    seconds_per_step: float = SECONDS_PER_STEP,
) -> list[str]:
    """Writes both animations, and their last frames as PNG and SVG.

    Args:
        agent: its decision regions are drawn.
        world: where the episode took place.
        episode: what happened.
        folder: to write to.
        seconds_per_step: how long each step stands.

    Returns:
        What the user should know: that ffmpeg is missing.
    """
    names = latent_names(agent, world)
    grounds = {
        "path_over_density": ("Path over observation density", _density_ground(world)),
        "path_over_regions": ("Path over decision regions", _regions_ground(agent, world, names)),
    }
    has_ffmpeg = movie.find_ffmpeg() is not None
    for name, (title, draw_ground) in grounds.items():
        with style.applied():
            view = EpisodeView(episode, world, names, draw_ground, title)
            frames = list(view.frames())
            style.save(view.finish(len(frames) - 1), folder, name)
        movie.save_gif(frames, folder / f"{name}.gif", seconds_per_step)
        if has_ffmpeg:
            movie.save_mp4(frames, folder / f"{name}.mp4", seconds_per_step)
    return [] if has_ffmpeg else [movie.NO_FFMPEG]


def save_training_figures(
    rows: Sequence[dict],
    agents: dict[str, ActiveInferenceEncoderAgent],
    confusions: dict[str, np.ndarray],
    world: LineWorld,
    folder: Path,
    best_restart: int = 0,
) -> None:
    """Writes curves, decision regions and confusion matrices, as PNG and SVG.

    Args:
        rows: of a `History`.
        agents: whose regions to draw, by title.
        confusions: `(K, K)` each, aligned, by title.
        world: where they were trained.
        folder: to write to.
        best_restart: the one that stands out among the curves.
    """
    with style.applied():
        style.save(figures.training_curves(rows, best_restart), folder, "training_curves")
        named = {title: (agent, latent_names(agent, world)) for title, agent in agents.items()}
        style.save(figures.decision_regions(named, world), folder, "decision_regions")
        style.save(figures.confusion_matrices(confusions), folder, "confusion")


def _density_ground(world: LineWorld) -> Callable:
    return lambda axes, limits: plane.draw_density(axes, world, limits)


def _regions_ground(agent: ActiveInferenceEncoderAgent, world: LineWorld, names: Names) -> Callable:
    return lambda axes, limits: plane.draw_regions(
        axes, plane.decision_grid(agent, limits), names, world, limits
    )
