"""Agents of world models as files."""

import os
from importlib import metadata
from typing import Any, Self

import gymnasium as gym
import numpy as np

from ..archive import (
    DAMAGE,
    FORMAT,
    FORMAT_VERSION,
    VERSIONS_OF,
    WORLD_MODEL,
    damaged,
    read_archive,
    write_archive,
)
from .model import WorldModel
from .storing import restored, space_config, space_of, stored


class WithWorldFile:
    """What an agent with these attributes is stored by."""

    world: WorldModel
    preferences: list[np.ndarray] | None
    observation_space: gym.Space
    action_space: gym.Space
    on_invalid: str

    def save(self, path: str | os.PathLike) -> None:
        """Writes an agent file (`.aif`: a zip of JSON and arrays, no pickle), all or nothing."""
        config, arrays = self.parts()
        file = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            WORLD_MODEL: config,
            "versions": {name: metadata.version(name) for name in VERSIONS_OF},
        }
        write_archive(path, file, arrays)

    def parts(self) -> tuple[dict, dict[str, np.ndarray]]:
        """All that the agent is: plain JSON values, and arrays by name."""
        config, arrays = stored(self.world)
        for place, own in enumerate(self.preferences or []):
            arrays[f"preferences{place}"] = own
        spaces = {
            "observation_space": space_config(self.observation_space),
            "action_space": space_config(self.action_space),
        }
        return config | spaces | {"on_invalid": self.on_invalid}, arrays

    @classmethod
    def of_parts(cls, config: dict, arrays: dict[str, np.ndarray]) -> Self:
        """The agent that `parts` took apart, its spaces without bounds.

        Raises:
            ValueError, KeyError, TypeError: they are not what `parts` gives.
        """
        names = sorted(name for name in arrays if name.startswith("preferences"))
        preferences = [arrays[f"preferences{place}"] for place in range(len(names))]
        own = {name: array for name, array in arrays.items() if name not in names}
        spaces = space_of(config["observation_space"]), space_of(config["action_space"])
        make: Any = cls
        on_invalid = config.get("on_invalid", "raise")
        return make(restored(config, own), *spaces, preferences or None, on_invalid=on_invalid)

    @classmethod
    def load(cls, path: str | os.PathLike, num_envs: int | None = 1) -> Self:
        """Reads an agent file.

        Raises:
            FileNotFoundError: there is none.
            ValueError: it is no file of a world model, or its contents are not consistent.
        """
        config, arrays = read_archive(path)
        try:
            if config.get("format") != FORMAT or config.get("format_version") != FORMAT_VERSION:
                raise ValueError("it is of another format")
            return cls.of_parts(config[WORLD_MODEL], arrays)
        except DAMAGE as error:
            raise damaged(path, error) from error
