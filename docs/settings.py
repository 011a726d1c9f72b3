"""Prints settings.md, from the dataclasses; aifgym must be installed."""

import dataclasses

import docstring_parser
from aifgym.training import LearnConfig, TrainConfig
from aifgym.training.allowed import Allowed
from aifgym.training.config import ALLOWED as OF_TRAINING
from aifgym.training.descent.recipes import ALLOWED as OF_TUTORIAL
from aifgym.training.descent.recipes import TutorialRecipe
from aifgym.training.learners.world_model.config import ALLOWED as OF_LEARNING

HEAD = """\
# Settings

Each setting, its default, and what it may be; other values are refused by name. Written from the
code by `python docs/settings.py > docs/settings.md`.

"""
SECTIONS = (
    (
        "learn",
        "Of `learn(env, steps, LearnConfig(...))` and of `ActiveInference(...)` in "
        "`aifgym.training.sb3`. On the command line of `aifgym learn` they are `--num-states` and "
        "so on. `largest_round` must be at least `least_round`. `memory` is of `learn` alone.",
        LearnConfig,
        OF_LEARNING,
    ),
    (
        "fit",
        "Of `fit(env, TrainConfig(...))`. Objective `'tutorial'` is for dynamics `'known'`.",
        TrainConfig,
        OF_TRAINING,
    ),
    ("fit, the tutorial's objective", "`TrainConfig.tutorial`.", TutorialRecipe, OF_TUTORIAL),
)


def page() -> str:
    """The whole page."""
    return HEAD + "\n".join(_section(*section) for section in SECTIONS)


def _section(title: str, words: str, settings: type, allowed: dict[str, Allowed]) -> str:
    fields = [field for field in dataclasses.fields(settings) if field.name in allowed]
    said = {param.arg_name: param for param in docstring_parser.parse_from_object(settings).params}
    rows = [
        (f"`{f.name}`", f"`{f.default!r}`", allowed[f.name].say(), said[f.name].description)
        for f in fields
    ]
    header = ("setting", "default", "may be", "what it is")
    lines = [header, ("---",) * 4, *rows]
    table = "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)
    return f"## {title}\n\n{words}\n\n{table}\n"


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    print(page(), end="")
