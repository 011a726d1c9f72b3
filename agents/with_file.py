"""Agents as files."""

import importlib
import os
from typing import Any, Self

import numpy as np
from gymnasium.vector.utils import create_empty_array

from .agent_file import WORLD_MODEL, read_agent_file, write_agent_file
from .archive import read_archive
from .encoders.protocol import Encoder
from .models.generative_model import GenerativeModel

# By address: it is an agent of its own, with another engine.
WORLD_MODEL_AGENT = f"{__package__}.world_model_agent:WorldModelAgent"


class WithFile:
    """What an agent with `predict` and these attributes is stored by."""

    encoder: Encoder
    model: GenerativeModel
    usage: np.ndarray | None
    settings: dict
    _asked_engine: str

    def save(self, path: str | os.PathLike) -> None:
        """Writes an agent file (`.aif`: a zip of JSON and arrays, no pickle), all or nothing."""
        write_agent_file(
            path, self.encoder, self.model, self.usage, self.settings, self._asked_engine
        )

    @classmethod
    def load(cls, path: str | os.PathLike, num_envs: int | None = 1) -> Self:
        """Reads an agent file and compiles `predict`, unless NumPy decides so few.

        The file of a learned world model gives a `WorldModelAgent`.

        Args:
            path: the file.
            num_envs: batch that `predict` is compiled for now; others are at their first call.

        Raises:
            FileNotFoundError: there is none.
            ValueError: it is not an agent file, or its contents are not consistent.
        """
        config, _ = read_archive(path)
        if WORLD_MODEL in config:
            module, _, name = WORLD_MODEL_AGENT.partition(":")
            return getattr(importlib.import_module(module), name).load(path)
        make: Any = cls
        agent = make(**read_agent_file(path)._asdict())
        if num_envs is not None:
            agent.predict(create_empty_array(agent.observation_space, num_envs, fn=np.zeros))
            agent._beliefs = None
        return agent
