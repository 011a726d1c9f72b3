"""Rounds on disk: each is stored when it ends, and none is ever written again."""

import dataclasses
from pathlib import Path

import numpy as np

from ....agents.archive import DAMAGE, damaged, read_arrays
from ....agents.files import replacing
from ...descent.settings import keep_settings
from .config import LearnConfig
from .stored_rounds import StoredRound, arrays_of, round_of

STORED = "round_{:05d}.npz"
# A round of images is large.
MAX_BYTES = 2**30


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
        settings = {
            "config": dataclasses.asdict(config),
            "seed": seed,
            "observation_space": str(worlds.observation_space),
            "action_space": str(worlds.action_space),
            "num_envs": worlds.num_envs,
        }
        keep_settings(self._folder, settings)

    def read(self) -> list[StoredRound]:
        """All rounds that were stored, in order.

        Raises:
            DamagedArchiveError: one of them is not what `store` wrote.
        """
        rounds = []
        while self._folder and (self._folder / STORED.format(len(rounds))).exists():
            rounds.append(_round_in(self._folder / STORED.format(len(rounds))))
        return rounds

    def store(self, ended: StoredRound) -> None:
        """Stores the round that just ended, all or nothing."""
        if self._folder is None:
            return
        target = self._folder / STORED.format(int(ended.part.rounds[0]))
        with replacing(target) as temporary, open(temporary, "wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays_of(ended))


def _round_in(path: Path) -> StoredRound:
    what = "stored round (remove it and those after it to learn from before it)"
    arrays = read_arrays(path, what, MAX_BYTES)
    try:
        return round_of(arrays)
    except DAMAGE as error:
        raise damaged(path, error, what) from error
