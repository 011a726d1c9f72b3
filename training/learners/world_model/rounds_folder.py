"""Rounds on disk: each is stored when it ends, and none is ever written again."""

import dataclasses
import json
from pathlib import Path

import numpy as np

from ....agents.files import replacing, write_text
from .config import LearnConfig
from .stored_rounds import StoredRound, arrays_of, round_of

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

    def read(self) -> list[StoredRound]:
        """All rounds that were stored, in order."""
        rounds = []
        while self._folder and (self._folder / STORED.format(len(rounds))).exists():
            with np.load(self._folder / STORED.format(len(rounds)), allow_pickle=False) as stored:
                rounds.append(round_of({name: stored[name] for name in stored.files}))
        return rounds

    def store(self, ended: StoredRound) -> None:
        """Stores the round that just ended, all or nothing."""
        if self._folder is None:
            return
        target = self._folder / STORED.format(int(ended.part.rounds[0]))
        with replacing(target) as temporary, open(temporary, "wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays_of(ended))
