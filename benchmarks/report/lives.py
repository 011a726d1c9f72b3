"""Lives in which the world changes, as pictures: returns, and how an agent notices."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ...envs import colours
from ..analysis.recovery import BLOCK, blocks
from ..pictures import movie, style
from ..pictures.world_plane import pixels
from ..studies.lives.noticing import STATE, Noticing

LOOKS = {
    "aifgym learning": colours.BLUE,
    "aifgym fixed": colours.GREY,
    "aifgym told": colours.GREEN,
    "pymdp learning": colours.SKY_BLUE,
    "PPO tuned": colours.ORANGE,
    "RecurrentPPO": colours.PURPLE,
}
NAME = "noticing"
EPISODES_PER_FRAME, SECONDS_PER_FRAME = 4, 0.25
COLUMN = f"p(next state | state {STATE}, back)"


def save_lives(lives: dict[str, np.ndarray], changes: np.ndarray, name: str, folder: Path) -> None:
    """Mean return of each contender over its life, with 95 % intervals, as PNG and SVG.

    Args:
        lives: by contender `(lives, episodes)`.
        changes: episodes at which the world changes.
        name: of the scenario, and of the files.
        folder: to write to.
    """
    with style.applied():
        figure = style.new_figure(8, 3.6)
        axes = figure.subplots()
        for contender, returns in lives.items():
            _draw(axes, contender, blocks(returns))
        for episode in changes:
            axes.axvline(episode, color="black", linewidth=0.8, linestyle=":")
        axes.set_xlabel(f"episode; the world changes at the dotted line{'s'[: len(changes) - 1]}")
        axes.set_ylabel(f"return, mean of {BLOCK} episodes")
        axes.set_title(name)
        axes.legend(loc="lower right", fontsize=8)
        style.save(figure, folder, name)


def _draw(axes, contender: str, curves: np.ndarray) -> None:
    colour = style.rgb(LOOKS.get(contender, colours.BLACK))
    episodes = BLOCK * (np.arange(curves.shape[1]) + 0.5)
    middle = curves.mean(axis=0)
    axes.plot(episodes, middle, color=colour, label=f"{contender} ({len(curves)})")
    if len(curves) > 1:
        half = 1.96 * curves.std(axis=0, ddof=1) / np.sqrt(len(curves))
        axes.fill_between(episodes, middle - half, middle + half, color=colour, alpha=0.2, lw=0)


def save_noticing(found: Noticing, folder: Path) -> None:
    """Writes the picture as PNG and SVG, and the animation as GIF."""
    last = len(found.column)
    with style.applied():
        style.save(_picture(found), folder, NAME)
        shown = range(EPISODES_PER_FRAME, last + 1, EPISODES_PER_FRAME)
        frames = [pixels(_frame(found, episode)) for episode in shown]
    movie.save_gif(frames, folder / f"{NAME}.gif", SECONDS_PER_FRAME)


def _picture(found: Noticing) -> Figure:
    figure = style.new_figure(8, 5)
    believed, surprise = figure.subplots(2, 1, sharex=True)
    episodes, num_states = found.column.shape
    extent = (0, episodes, -0.5, num_states - 0.5)
    image = believed.imshow(
        found.column.T, aspect="auto", origin="lower", vmin=0, vmax=1, cmap="Blues", extent=extent
    )
    believed.set_ylabel("next state")
    believed.set_title(f"{COLUMN}, as the agent believes it", fontsize=10)
    figure.colorbar(image, ax=believed, label="probability")
    _draw_surprise(surprise, found, episodes)
    believed.axvline(found.change, color=style.rgb(colours.VERMILION), linestyle=":")
    return figure


def _frame(found: Noticing, episode: int) -> Figure:
    figure = style.new_figure(8, 3.4)
    believed, surprise = figure.subplots(1, 2, width_ratios=(1, 2))
    places = np.arange(found.column.shape[1])
    believed.bar(places, found.column[episode - 1], color=style.rgb(colours.BLUE), label="now")
    believed.step(
        places, found.column[0], where="mid", color="black", linewidth=1, label="at first"
    )
    believed.set_ylim(0, 1)
    believed.set_xlabel("next state")
    believed.set_title(COLUMN, fontsize=9)
    believed.legend(fontsize=8, loc="upper right")
    _draw_surprise(surprise, found, episode)
    surprise.set_xlim(0, len(found.column))
    surprise.set_ylim(*_range(found))
    return figure


def _draw_surprise(axes, found: Noticing, until: int) -> None:
    for who, values in found.surprise.items():
        axes.plot(values[:until], color=style.rgb(LOOKS[who]), label=who, linewidth=1.2)
    axes.axvline(found.change, color=style.rgb(colours.VERMILION), linestyle=":")
    axes.set_ylabel("free energy (nats)")
    axes.set_xlabel("episode; the action stops to work at the dotted line")
    axes.legend(fontsize=8, loc="upper left")


def _range(found: Noticing) -> tuple[float, float]:
    values = np.concatenate(list(found.surprise.values()))
    margin = 0.1 * np.ptp(values)
    return float(values.min() - margin), float(values.max() + margin)
