"""Agent files (`.aif`): encoder, generative model and settings in one archive, no pickle.

Format 2 names the encoder's kind and lists its members with their SHA-256. Format 1, whose encoder
is always a multilayer perceptron, still loads.
"""

import dataclasses
import os
from importlib import metadata
from typing import Any, NamedTuple

import numpy as np

from .acting.engines import ENGINES
from .acting.invalid import ON_INVALID
from .archive import (
    DAMAGE,
    FORMAT,
    FORMAT_VERSION,
    VERSIONS_OF,
    damaged,
    read_archive,
    write_archive,
)
from .encoders.protocol import KINDS, Encoder
from .models.checks import check_choice, checked_usage
from .models.generative_model import GenerativeModel
from .models.members import model_members, model_settings, restored_model
from .online.settings import Learning, as_learning

USAGE, OF_ENCODER = "usage", "encoder."


def write_agent_file(
    path: str | os.PathLike,
    encoder: Encoder,
    model: GenerativeModel,
    usage: np.ndarray | None,
    settings: dict,
    engine: str,
    on_invalid: str,
    learning: Learning | None = None,
) -> None:
    """Writes an agent file, all or nothing.

    Raises:
        TypeError: agent files know no encoders of this kind.
    """
    if getattr(encoder, "kind", None) is None or KINDS.find(encoder.kind) is not type(encoder):
        raise TypeError(
            f"encoder {type(encoder).__name__} cannot be stored: register it with "
            "aifgym.agents.encoders.protocol.register_encoder"
        )
    config = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "encoder": {"kind": encoder.kind, "config": encoder.config()},
        "model": model_settings(model),
        "engine": engine,
        "on_invalid": on_invalid,
        **({} if learning is None else {"learn": dataclasses.asdict(learning)}),
        "settings": settings,
        "versions": {name: metadata.version(name) for name in VERSIONS_OF},
    }
    arrays = model_members(model)
    arrays |= {OF_ENCODER + name: array for name, array in encoder.arrays().items()}
    if usage is not None:
        arrays[USAGE] = usage
    write_archive(path, config, arrays)


class StoredAgent(NamedTuple):
    """What an agent is made of.

    Attributes:
        encoder: of the one modality, or of all.
        model: the generative model.
        usage: of its states, or None.
        settings: that were kept besides.
        engine: that was asked for.
        on_invalid: what `predict` does about an observation that is not finite.
        learn: what is learned while acting; () is nothing.
    """

    encoder: Encoder
    model: GenerativeModel
    usage: np.ndarray | None
    settings: dict[str, Any]
    engine: str
    on_invalid: str
    learn: Learning | tuple


def read_agent_file(path: str | os.PathLike) -> StoredAgent:
    """Reads and checks an agent file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not an agent file, or a shape, a value or a sum in it is wrong.
    """
    config, arrays = read_archive(path)
    try:
        kind, encoder_config = _encoder_of(config)
        of_encoder = {
            name.removeprefix(OF_ENCODER): arrays.pop(name)
            for name in list(arrays)
            if name.startswith(OF_ENCODER)
        }
        usage = arrays.pop(USAGE, None)
        model = restored_model(config["model"], arrays)
        if arrays:
            raise ValueError(f"it has members that no agent has: {sorted(arrays)}")
        encoder = KINDS.find(kind).restored(encoder_config, of_encoder)
        usage = None if usage is None else checked_usage(usage, model)
        outcomes = sum(model.factors.num_outcomes)
        if encoder.num_outcomes != outcomes:
            raise ValueError(f"{encoder.num_outcomes} and {outcomes} outcomes")
        engine = config.get("engine", "auto")
        on_invalid = config.get("on_invalid", "raise")
        check_choice("engine", engine, ENGINES)
        check_choice("on_invalid", on_invalid, ON_INVALID)
        learn = as_learning(config.get("learn", ())) or ()
        settings = dict(config["settings"])
        return StoredAgent(encoder, model, usage, settings, engine, on_invalid, learn)
    except DAMAGE as error:
        raise damaged(path, error) from error


def _encoder_of(config: dict) -> tuple[str, dict]:
    """Kind and config of the encoder, of either format."""
    if config["format"] != FORMAT:
        raise ValueError(f"its format is {config['format']!r}, not {FORMAT!r}")
    version = config["format_version"]
    if version == 1:
        return "mlp", config["encoder"]
    if version != FORMAT_VERSION or "members" not in config:
        raise ValueError(
            f"its format version is {version}, this aifgym reads 1 and {FORMAT_VERSION}"
        )
    return config["encoder"]["kind"], config["encoder"]["config"]
