"""A training on disk: stored after each chunk, resumed to the bit."""

import json
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ...agents.archive import DAMAGE, damaged, read_arrays
from ...agents.files import replacing
from .settings import keep_settings

CHECKPOINT = "checkpoint (remove it to train from before it)"
# Restarts are stored together, with what the optimiser remembers of each.
MAX_BYTES = 2**30


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
        keep_settings(self._folder, settings)

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
        stored = read_arrays(path, CHECKPOINT, MAX_BYTES)
        try:
            loaded, rows = _checkpoint(stored, leaves)
        except DAMAGE as error:
            raise damaged(path, error, CHECKPOINT) from error
        return eqx.combine(jax.tree.unflatten(structure, loaded), static), rows

    def save(self, phase: str, state, rows: list[dict]) -> None:
        """Stores a phase, all or nothing."""
        leaves = jax.tree.leaves(eqx.filter(state, eqx.is_array))
        arrays: dict[str, Any] = {f"leaf_{i}": np.asarray(leaf) for i, leaf in enumerate(leaves)}
        with replacing(self._folder / f"{phase}.npz") as path, open(path, "wb") as file:
            np.savez(file, rows=json.dumps(rows), **arrays)


def _checkpoint(stored: dict[str, np.ndarray], leaves: list) -> tuple[list, list[dict]]:
    """Arrays like `leaves`, and the rows of the table."""
    arrays = [stored[f"leaf_{index}"] for index in range(len(leaves))]
    rows = json.loads(str(stored["rows"]))
    for index, (array, leaf) in enumerate(zip(arrays, leaves)):
        if (array.shape, array.dtype) != (leaf.shape, leaf.dtype):
            raise ValueError(f"leaf_{index} is {array.dtype} {array.shape}")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("its table is none")
    return [jnp.asarray(array) for array in arrays], rows


class NoFolder:
    """Stands in where nothing is stored."""

    def load(self, phase: str, state):
        """What was given, and no rows."""
        return state, []

    def save(self, phase: str, state, rows: list[dict]) -> None:
        """Nothing."""
