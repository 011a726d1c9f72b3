"""Rounds of learning as plain JSON values and arrays."""

import dataclasses
import json
from typing import NamedTuple

import numpy as np

from .discretising.refit import Standing
from .experience import Experience

NAMES = tuple(f.name for f in dataclasses.fields(Experience) if f.name != "num_actions")


class StoredRound(NamedTuple):
    """What goes on from one round to the next.

    Attributes:
        part: what was recorded.
        standing: what the discretisations of the round hand on; None where there are none.
        row: of the history.
    """

    part: Experience
    standing: Standing | None
    row: dict


def arrays_of(stored: StoredRound) -> dict[str, np.ndarray]:
    """Arrays by name, and all else as JSON text in `note`, a string in a 0-d array."""
    standing = stored.standing
    note = {
        "standing": None if standing is None else standing._asdict(),
        "row": stored.row,
        "num_actions": stored.part.num_actions,
    }
    arrays = {name: getattr(stored.part, name) for name in NAMES}
    return arrays | {"note": np.array(json.dumps(note))}


def round_of(arrays: dict[str, np.ndarray]) -> StoredRound:
    """The round that `arrays_of` took apart."""
    note = json.loads(str(arrays["note"]))
    parts = {name: arrays[name] for name in NAMES}
    part = Experience(**parts, num_actions=note["num_actions"])
    return StoredRound(part, _standing(note["standing"]), note["row"])


def _standing(stored: dict | None) -> Standing | None:
    if stored is None:
        return None
    # JSON keeps numbers as keys in the form of strings.
    promises = {int(length): promise for length, promise in stored["promises"].items()}
    return Standing(
        stored["kind"], stored["scores"], stored["duration"], stored["history"], promises
    )
