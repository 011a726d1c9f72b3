"""Return over a life in which the world changes."""

from pathlib import Path

import numpy as np

from ...envs import colours
from ..analysis.recovery import BLOCK, blocks
from . import style

LOOKS = {
    "aifgym learning": colours.BLUE,
    "aifgym fixed": colours.GREY,
    "aifgym told": colours.GREEN,
    "PPO tuned": colours.ORANGE,
    "RecurrentPPO": colours.PURPLE,
}


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
