"""Named arrays and a JSON config in one zip: written all or nothing, checked before it is used."""

import hashlib
import io
import json
import math
import os
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .files import replacing

CONFIG = "config.json"
# What agent files say of themselves.
FORMAT, FORMAT_VERSION = "aifgym-agent", 2
VERSIONS_OF = ("aifgym", "jax", "equinox", "inferactively-pymdp", "numpy")
# In the config of a file whose agent is a world model, see `world_model.storing`.
WORLD_MODEL = "world_model"
# A file says how large it is before anything of it is unpacked; an agent of 1,000 states and 6
# actions takes 24 MB.
MAX_BYTES, MAX_CONFIG_BYTES, MAX_MEMBERS = 2**27, 2**20, 1000
LONGEST_REASON = 200


class DamagedArchiveError(ValueError):
    """A file that is not what `write_archive` wrote; the message is one short line."""


def write_archive(path: str | os.PathLike, config: dict, arrays: dict[str, np.ndarray]) -> None:
    """Writes a zip of `config.json`, which lists each member's SHA-256, and one `.npy` per array.

    Raises:
        OSError: the file cannot be written; what was there before still is.
        ValueError: the arrays take more than a reader accepts.
    """
    members = {f"{name}.npy": _bytes_of(array) for name, array in arrays.items()}
    size = sum(map(len, members.values()))
    if size > MAX_BYTES or len(members) > MAX_MEMBERS:
        raise ValueError(f"{size:,} bytes in {len(members)} arrays are too much for one file")
    listed = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr(CONFIG, json.dumps(config | {"members": listed}, indent=2))
        for name, data in members.items():
            new.writestr(name, data)


def read_archive(path: str | os.PathLike) -> tuple[dict, dict[str, np.ndarray]]:
    """Config and arrays of what `write_archive` wrote, with every member's SHA-256 checked.

    A config without `members` is of an older format: its caller decides which arrays belong.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedArchiveError: it is no such zip, a member is missing, unknown, there twice, damaged
            or too large, or an array in it is none.
    """
    with open(path, "rb") as file:
        try:
            config, data = _unpacked(file)
        except DAMAGE as error:
            raise damaged(path, error) from error
    return config, data


def read_arrays(
    path: str | os.PathLike, what: str, max_bytes: int = MAX_BYTES
) -> dict[str, np.ndarray]:
    """The arrays of what `np.savez` wrote, unpacked only when they are known to be small enough.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedArchiveError: it is no such file, it is damaged, or it unpacks to more than
            `max_bytes`. The message calls it `what`.
    """
    with open(path, "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                _check_sizes(archive.infolist(), max_bytes)
                data = {name: archive.read(name) for name in archive.namelist()}
            return {name.removesuffix(".npy"): _array(name, data[name], "biufU") for name in data}
        except DAMAGE as error:
            raise damaged(path, error, what) from error


def _unpacked(file: BinaryIO) -> tuple[dict, dict[str, np.ndarray]]:
    with zipfile.ZipFile(file) as archive:
        _check_sizes(archive.infolist(), MAX_BYTES)
        _check_config(archive.infolist())
        config = json.loads(archive.read(CONFIG))
        names = [name for name in archive.namelist() if name != CONFIG]
        data = {name: archive.read(name) for name in names}
    if not isinstance(config, dict):
        raise ValueError(f"its config is {type(config).__name__}")
    if "members" in config:
        _check_members(data, config["members"])
    return config, {name.removesuffix(".npy"): _array(name, data[name]) for name in data}


# What Python's zip, JSON and array readers raise when bytes are wrong.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    IndexError,
    KeyError,
    MemoryError,
    NotImplementedError,
    OSError,
    OverflowError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
)


def damaged(
    path: str | os.PathLike, error: Exception, what: str = "agent file"
) -> DamagedArchiveError:
    """What is raised in place of whatever a reader of bytes raised, as one short line."""
    reason = " ".join(str(error).split()) or type(error).__name__
    if len(reason) > LONGEST_REASON:
        reason = f"{reason[:LONGEST_REASON]}..."
    return DamagedArchiveError(f"{os.fspath(path)} is not a readable {what}: {reason}")


def _bytes_of(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _check_sizes(infos: list[zipfile.ZipInfo], max_bytes: int) -> None:
    names = [info.filename for info in infos]
    if len(set(names)) < len(names):
        raise ValueError("it has two members of the same name")
    if len(names) > MAX_MEMBERS or sum(info.file_size for info in infos) > max_bytes:
        raise ValueError(f"it unpacks to more than {max_bytes:,} bytes or {MAX_MEMBERS} members")


def _check_config(infos: list[zipfile.ZipInfo]) -> None:
    sizes = {info.filename: info.file_size for info in infos}
    if CONFIG not in sizes:
        raise ValueError(f"it has no {CONFIG}")
    if sizes[CONFIG] > MAX_CONFIG_BYTES:
        raise ValueError(f"its {CONFIG} has more than {MAX_CONFIG_BYTES:,} bytes")


def _check_members(data: dict[str, bytes], members: dict[str, str]) -> None:
    if not isinstance(members, dict) or set(members) != set(data):
        raise ValueError("its members are not those that its config lists")
    for name, digest in members.items():
        if hashlib.sha256(data[name]).hexdigest() != digest:
            raise ValueError(f"{Path(name).name} is damaged: its SHA-256 is another one")


def _array(name: str, data: bytes, kinds: str = "biuf") -> np.ndarray:
    """The array of an `.npy` member, its header believed only where the data are there."""
    buffer = io.BytesIO(data)
    version = np.lib.format.read_magic(buffer)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else None
    if header is None or not name.endswith(".npy"):
        raise ValueError(f"{name} is not an .npy member of version 1.0")
    shape, _, dtype = header(buffer)
    if dtype.hasobject or dtype.kind not in kinds:
        raise ValueError(f"{name} holds {dtype}, not numbers")
    if math.prod(shape) * dtype.itemsize != len(data) - buffer.tell():
        raise ValueError(f"{name} is shorter or longer than its shape {shape}")
    buffer.seek(0)
    return np.load(buffer, allow_pickle=False)
