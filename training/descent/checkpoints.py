"""A training on disk: stored after each chunk, resumed to the bit."""

import json
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ...agents.files import replacing, write_text

SETTINGS_FILE = "settings.json"


class RunFolder:
    """Checkpoints of the phases of one training.

    Args:
        folder: made if missing.
        settings: what defines the training, plain JSON values.

    Raises:
        ValueError: the folder holds a training with other settings.
    """

    def __init__(self, folder: Path, settings: dict) -> None:
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / SETTINGS_FILE
        settings = json.loads(json.dumps(settings))
        if path.exists():
            if json.loads(path.read_text(encoding="utf-8")) != settings:
                raise ValueError(f"{folder} holds a run with other settings: use another folder")
        else:
            write_text(path, json.dumps(settings, indent=2))

    def load(self, phase: str, state):
        """The stored state and table rows of a phase; those given when nothing is stored.

        Args:
            phase: its name.
            state: a pytree of the same structure.

        Returns:
            State and rows.
        """
        path = self._folder / f"{phase}.npz"
        if not path.exists():
            return state, []
        arrays, static = eqx.partition(state, eqx.is_array)
        leaves, structure = jax.tree.flatten(arrays)
        with np.load(path, allow_pickle=False) as stored:
            loaded = [jnp.asarray(stored[f"leaf_{index}"]) for index in range(len(leaves))]
            rows = json.loads(str(stored["rows"]))
        return eqx.combine(jax.tree.unflatten(structure, loaded), static), rows

    def save(self, phase: str, state, rows: list[dict]) -> None:
        """Stores a phase, all or nothing."""
        leaves = jax.tree.leaves(eqx.filter(state, eqx.is_array))
        arrays: dict[str, Any] = {f"leaf_{i}": np.asarray(leaf) for i, leaf in enumerate(leaves)}
        with replacing(self._folder / f"{phase}.npz") as path, open(path, "wb") as file:
            np.savez(file, rows=json.dumps(rows), **arrays)


class NoFolder:
    """Stands in where nothing is stored."""

    def load(self, phase: str, state):
        """What was given, and no rows."""
        return state, []

    def save(self, phase: str, state, rows: list[dict]) -> None:
        """Nothing."""
