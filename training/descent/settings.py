"""What defines a run, kept in its folder: it goes on with the settings that it began with alone."""

import json
from pathlib import Path

from ...agents.archive import DAMAGE, damaged
from ...agents.files import write_text

SETTINGS_FILE = "settings.json"


def keep_settings(folder: Path, settings: dict) -> None:
    """Makes the folder of a new run with its settings, or compares those of an old one.

    Args:
        folder: of the run.
        settings: plain JSON values.

    Raises:
        ValueError: the folder holds a run with other settings.
        DamagedArchiveError: its file of settings cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / SETTINGS_FILE
    settings = json.loads(json.dumps(settings))
    if not path.exists():
        write_text(path, json.dumps(settings, indent=2))
    elif _settings_in(path) != settings:
        raise ValueError(f"{folder} holds a run with other settings: use another folder")


def _settings_in(path: Path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except DAMAGE as error:
        raise damaged(path, error, "file of settings") from error
