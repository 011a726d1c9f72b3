"""Agents as files, and as copies in this process and others."""

import dataclasses
import importlib
import os
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium.vector.utils import create_empty_array

from .agent_file import read_agent_file, write_agent_file
from .archive import WORLD_MODEL, read_archive
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
    on_invalid: str
    learning: Any
    _asked_engine: str
    _key: Any

    def save(self, path: str | os.PathLike) -> None:
        """Writes an agent file (`.aif`: a zip of JSON and arrays, no pickle), all or nothing."""
        options = self._asked_engine, self.on_invalid, self.learning
        write_agent_file(path, self.encoder, self.model, self.usage, self.settings, *options)

    def __reduce__(self):
        # Compiled code is no part of a copy: whoever has it compiles at its first call.
        parts = self.encoder, self.model, self.usage, self.settings
        options: dict[str, Any] = {"engine": self._asked_engine, "on_invalid": self.on_invalid}
        options["learn"] = self.learning or ()
        return _copied, (type(self), parts, options, np.asarray(jax.random.key_data(self._key)))

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
            agent._last.beliefs = None
        return agent


def _copied(agent_type: type, parts: tuple, options: dict, key_data: np.ndarray):
    encoder, model, *rest = parts
    # Made anew, so that the model's arrays are read-only again.
    agent = agent_type(encoder, dataclasses.replace(model), *rest, **options)
    agent._key = jax.random.wrap_key_data(jnp.asarray(key_data))
    return agent
