"""Rounds on disk: each is stored when it ends, and none is ever written again."""

import dataclasses
import json
from pathlib import Path

import numpy as np

from ....agents.files import replacing, write_text
from .config import LearnConfig
from .discretising.refit import Standing
from .experience import Experience

SETTINGS, STORED = "settings.json", "round_{:05d}.npz"


class RoundsFolder:
    """The rounds of one run.

    Args:
        folder: made if missing; None stores nothing.
        config: settings.
        seed: of the run.
        worlds: the environments.

    Raises:
        ValueError: the folder holds a run with other settings.
    """

    def __init__(self, folder: Path | None, config: LearnConfig, seed: int, worlds) -> None:
        self._folder = None if folder is None else Path(folder)
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "config": dataclasses.asdict(config),
            "seed": seed,
            "observation_space": str(worlds.observation_space),
            "action_space": str(worlds.action_space),
            "num_envs": worlds.num_envs,
        }
        settings = json.loads(json.dumps(settings))
        path = self._folder / SETTINGS
        if not path.exists():
            write_text(path, json.dumps(settings, indent=2))
        elif json.loads(path.read_text()) != settings:
            raise ValueError(f"{folder} holds a run with other settings: use another folder")

    def restore(self, learner) -> list[dict]:
        """Brings a learner to the end of the last stored round; the rows so far."""
        parts, standings, rows = [], [], []
        while self._folder and (self._folder / STORED.format(len(rows))).exists():
            with np.load(self._folder / STORED.format(len(rows)), allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            note = json.loads(str(arrays.pop("note")))
            parts.append(Experience(**arrays, num_actions=note["num_actions"]))
            standings.append(_standing(note["standing"]))
            rows.append(note["row"])
        if parts:
            learner.restore(parts, standings)
        return rows

    def store(self, learner, made, row: dict) -> None:
        """Stores the round that just ended, all or nothing."""
        if self._folder is None:
            return
        part = learner.part()
        names = [f.name for f in dataclasses.fields(Experience) if f.name != "num_actions"]
        note = {
            "standing": None if made is None else made.standing._asdict(),
            "row": row,
            "num_actions": part.num_actions,
        }
        number = int(part.rounds[0])
        target = self._folder / STORED.format(number)
        with replacing(target) as temporary, open(temporary, "wb") as file:
            arrays = {name: getattr(part, name) for name in names}
            np.savez_compressed(file, note=json.dumps(note), **arrays)


def _standing(stored: dict | None) -> Standing | None:
    if stored is None:
        return None
    # JSON keeps numbers as keys in the form of strings.
    promises = {int(length): promise for length, promise in stored["promises"].items()}
    return Standing(
        stored["kind"], stored["scores"], stored["duration"], stored["history"], promises
    )
