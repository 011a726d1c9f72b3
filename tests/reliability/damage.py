"""What can happen to the bytes of a file, and to the arrays and settings inside an archive."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable

import numpy as np

ODD_NUMBERS = (np.nan, np.inf, -np.inf, -1.0, 0.0, 1e-300, 1e300, 2.0**31, 0.5)
ODD_VALUES = (
    None,
    True,
    -1,
    0,
    10**9,
    10**400,
    1e300,
    "",
    "x" * 5000,
    [],
    {},
    [[]],
    {"a": 1},
    "NaN",
)


def flipped(data: bytes, rng: np.random.Generator) -> bytes:
    """One to eight bits are others."""
    changed = bytearray(data)
    for place in rng.integers(len(data), size=rng.integers(1, 9)):
        changed[place] ^= 1 << rng.integers(8)
    return bytes(changed)


def cut(data: bytes, rng: np.random.Generator) -> bytes:
    """It ends early, as after a full disk."""
    return data[: rng.integers(len(data))]


def holed(data: bytes, rng: np.random.Generator) -> bytes:
    """A stretch is missing."""
    first, last = sorted(rng.integers(len(data), size=2))
    return data[:first] + data[last + 1 :]


def overwritten(data: bytes, rng: np.random.Generator) -> bytes:
    """A stretch holds zeros, ones or noise, as after a damaged sector."""
    first, last = sorted(rng.integers(len(data), size=2))
    size = int(last - first) + 1
    filling = [bytes(size), b"\xff" * size, rng.bytes(size)][rng.integers(3)]
    return data[:first] + filling + data[last + 1 :]


def spliced(data: bytes, rng: np.random.Generator) -> bytes:
    """A stretch stands somewhere else, too."""
    first, last, place = rng.integers(len(data), size=3)
    return data[:place] + data[min(first, last) : max(first, last) + 1] + data[place:]


BYTES: tuple[Callable, ...] = (flipped, cut, holed, overwritten, spliced)


def forged(data: bytes, rng: np.random.Generator) -> bytes:
    """An archive whose members' SHA-256 are right, and one of its arrays or settings is odd."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    arrays = [name for name in members if name.endswith(".npy")]
    config = json.loads(members["config.json"]) if "config.json" in members else None
    if config is not None and rng.random() < 0.5:
        _spoil(config, rng)
    else:
        name = arrays[rng.integers(len(arrays))]
        members[name] = _odd_array(members[name], rng)
    if config is not None:
        if isinstance(config.get("members"), dict):
            digests = {name: hashlib.sha256(members[name]).hexdigest() for name in arrays}
            config["members"] |= digests
        members["config.json"] = json.dumps(config).encode()
    new = io.BytesIO()
    with zipfile.ZipFile(new, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return new.getvalue()


def _spoil(config: dict, rng: np.random.Generator) -> None:
    """Another value, or none, at a random place of a tree of JSON."""
    while True:
        keys = list(config)
        key = keys[rng.integers(len(keys))]
        if not (isinstance(config[key], dict) and config[key]) or rng.random() < 0.2:
            break
        config = config[key]
    if rng.random() < 0.2:
        del config[key]
    else:
        config[key] = ODD_VALUES[rng.integers(len(ODD_VALUES))]


def _odd_array(content: bytes, rng: np.random.Generator) -> bytes:
    array = np.load(io.BytesIO(content))
    kind = rng.integers(4)
    if kind == 0 and array.size and array.dtype.kind == "f":
        number = ODD_NUMBERS[rng.integers(len(ODD_NUMBERS))]
        with np.errstate(over="ignore"):
            array.reshape(-1)[rng.integers(array.size)] = number
    elif kind == 1:
        array = array[..., :-1] if array.ndim else array[None]
    elif kind == 2 and array.dtype.kind in "biuf":
        types = (np.float16, np.int8, np.complex128, bool, "U4")
        with np.errstate(all="ignore"):
            array = array.astype(types[rng.integers(len(types))])
    else:
        array = array[None]
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()
