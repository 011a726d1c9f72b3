"""How figures look: one set of fonts and colours for all of them.

Colours are Okabe and Ito's; a contender, and a state, has the same one in every figure.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from ...agents.files import replacing
from ...envs import colours

# Ours are blue and purple, the PPO family is warm, references are green, grey,
# slate and black.
# Wine and olive are Paul Tol's ("Colour schemes", muted), which go with Okabe and Ito's.
CONTENDERS = {
    "aifgym": (colours.BLUE, "o"),
    "aifgym learned": (colours.SKY_BLUE, "s"),
    "aifgym given model": ((20, 60, 140), "d"),
    "aifgym given model to the end": ((60, 200, 60), "d"),
    "aifgym world model": ((10, 10, 230), "o"),
    "tutorial's recipe": (colours.PURPLE, "D"),
    "PPO": (colours.VERMILION, "o"),
    "PPO tuned": (colours.ORANGE, "^"),
    "PPO restarted": ((225, 150, 140), "<"),
    "PPO stacked": ((136, 34, 85), "v"),
    "RecurrentPPO": ((130, 125, 30), "P"),
    "DQN": ((170, 20, 20), "s"),
    "random": (colours.GREY, "X"),
    "best constant": ((90, 100, 140), "h"),
    "exact Bayes": (colours.GREEN, "*"),
    "full information": (colours.BLACK, "*"),
}
# Of those that users add, by their name.
OTHERS = (
    ((51, 34, 136), "X"),
    ((68, 170, 153), "p"),
    ((204, 102, 119), "h"),
    ((60, 100, 40), "<"),
    ((90, 60, 40), ">"),
)
RC: dict[Any, Any] = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "aifgym",  # the same figure gives the same file
}
PROBABILITY_MAP = "cividis"
"""Of probabilities from 0 to 1: readable for the colour-blind and in grey."""


def rgb(colour: colours.RGB) -> tuple[float, float, float]:
    """A colour as matplotlib wants it."""
    red, green, blue = (part / 255 for part in colour)
    return red, green, blue


def contender_look(name: str) -> tuple[tuple[float, float, float], str]:
    """Colour and marker of a contender, the same in every figure."""
    own = OTHERS[sum(name.encode()) % len(OTHERS)]
    colour, marker = CONTENDERS.get(name, own)
    return rgb(colour), marker


def state_colours(num_states: int) -> list[tuple[float, float, float]]:
    """Of each state, as in the environment's frames."""
    return [rgb(colour) for colour in colours.state_colours(num_states)]


def applied():
    """Context in which figures are to be drawn and saved."""
    return mpl.rc_context(RC)


def new_figure(width: float, height: float) -> Figure:
    """A figure of so many inches that leaves room for all labels; needs no display."""
    return Figure(figsize=(width, height), layout="constrained")


def save(figure: Figure, folder: Path, name: str, formats: Sequence[str] = ("png", "svg")) -> None:
    """Writes `name.png` (150 dots per inch) and `name.svg`, each all or nothing."""
    for kind in formats:
        metadata = {"Date": None} if kind == "svg" else None
        with replacing(folder / f"{name}.{kind}") as temporary:
            figure.savefig(temporary, dpi=150, format=kind, metadata=metadata)
