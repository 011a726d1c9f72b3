"""Agent files (`.aif`): one zip with `config.json` and one `.npy` per array, no pickle."""

import dataclasses
import io
import json
import os
import zipfile
import zlib
from importlib import metadata
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from .encoders.mlp import ObservationEncoder
from .files import replacing
from .models.generative_model import GenerativeModel, checked_usage

FORMAT, FORMAT_VERSION = "aifgym-agent", 1
VERSIONS_OF = ("aifgym", "jax", "equinox", "inferactively-pymdp", "numpy")
MODEL_ARRAYS = ("A", "B", "C", "D", "E")
MERGE = "encoder.merge"
# What Python's zip, JSON and array readers raise when bytes are wrong.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
)


def write_agent_file(
    path: str | os.PathLike,
    encoder: ObservationEncoder,
    model: GenerativeModel,
    usage: np.ndarray | None,
    settings: dict,
) -> None:
    """Writes an agent file, all or nothing."""
    model_settings = {
        field.name: getattr(model, field.name)
        for field in dataclasses.fields(model)
        if field.name not in MODEL_ARRAYS
    }
    config = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "encoder": _encoder_arguments(encoder),
        "model": model_settings,
        "settings": settings,
        "versions": {name: metadata.version(name) for name in VERSIONS_OF},
    }
    arrays = model.arrays()
    arrays |= {name: np.asarray(leaf) for name, leaf in _named_leaves(encoder)}
    if usage is not None:
        arrays["usage"] = usage
    with replacing(path) as temporary:
        _write_zip(temporary, config, arrays)


def read_agent_file(
    path: str | os.PathLike,
) -> tuple[ObservationEncoder, GenerativeModel, np.ndarray | None, dict]:
    """Reads and checks an agent file.

    Returns:
        The encoder, the generative model, the usage of its states or None, and the settings
        that were kept.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not an agent file, or a shape, a value or a sum in it is wrong.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
            _check_format(config)
            arrays = {
                name.removesuffix(".npy"): np.load(io.BytesIO(archive.read(name)))
                for name in archive.namelist()
                if name.endswith(".npy")
            }
        named = {name: arrays[name] for name in MODEL_ARRAYS if name in arrays}
        model = GenerativeModel(**named, **config["model"])
        encoder = _filled_encoder(config["encoder"], arrays)
        usage = arrays.get("usage")
        if usage is not None:
            usage = checked_usage(usage, model)
        if encoder.num_outcomes != model.num_outcomes:
            raise ValueError(f"{encoder.num_outcomes} and {model.num_outcomes} outcomes")
        return encoder, model, usage, dict(config["settings"])
    except DAMAGE as error:
        raise ValueError(f"{os.fspath(path)} is not a readable agent file: {error}") from error


def _write_zip(path: Path, config: dict, arrays: dict[str, np.ndarray]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps(config, indent=2))
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            archive.writestr(f"{name}.npy", buffer.getvalue())


def _check_format(config: dict) -> None:
    if config["format"] != FORMAT:
        raise ValueError(f"its format is {config['format']!r}, not {FORMAT!r}")
    if config["format_version"] != FORMAT_VERSION:
        raise ValueError(
            f"its format version is {config['format_version']}, this aifgym reads {FORMAT_VERSION}"
        )


def _encoder_arguments(encoder: ObservationEncoder) -> dict:
    mlp = encoder.mlp
    return {
        "observation_dim": mlp.in_size,
        "num_indices": mlp.out_size,
        "width": mlp.width_size,
        "depth": mlp.depth,
        "temperature": encoder.temperature,
    }


def _named_leaves(encoder: ObservationEncoder) -> list[tuple[str, jax.Array]]:
    arrays = eqx.filter(encoder, eqx.is_array)
    return [
        ("encoder" + jax.tree_util.keystr(path), leaf)
        for path, leaf in jax.tree_util.tree_leaves_with_path(arrays)
    ]


def _filled_encoder(arguments: dict, arrays: dict[str, np.ndarray]) -> ObservationEncoder:
    for name in ("observation_dim", "num_indices", "width", "depth"):
        if type(arguments[name]) is not int or arguments[name] < (name != "depth"):
            raise ValueError(f"{name} must be a positive integer, got {arguments[name]!r}")
    template = ObservationEncoder(**arguments, key=jax.random.key(0))
    if MERGE in arrays:
        merge = jnp.asarray(arrays[MERGE])
        if merge.ndim != 2 or len(merge) != arguments["num_indices"]:
            raise ValueError(f"{MERGE} must have shape (L, O), got {merge.shape}")
        template = eqx.tree_at(lambda e: e.merge, template, merge, is_leaf=lambda x: x is None)
    leaves = []
    for name, leaf in _named_leaves(template):
        array = arrays[name]
        if array.shape != leaf.shape:
            raise ValueError(f"{name} must have shape {leaf.shape}, got {array.shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite")
        leaves.append(jnp.asarray(array, dtype=leaf.dtype))
    arrays_of, static = eqx.partition(template, eqx.is_array)
    return eqx.combine(jax.tree.unflatten(jax.tree.structure(arrays_of), leaves), static)
