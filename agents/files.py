"""Writing files so that a crash never leaves half of one."""

import contextlib
import errno
import os
import platform
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

# A temporary file of another machine, or without a known writer, is left behind after so long.
SECONDS_OF_A_WRITER = 3600


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
    """Gives a temporary path beside `path`; renames it to `path` when the block succeeds.

    What a symbolic link points to is replaced, not the link. Temporary files that killed processes
    left for the same path are removed.

    Raises:
        OSError: the folder is missing or not writable, or `path` is a device, a pipe or a folder.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "not a regular file, and so not replaced", str(path))
    _remove_leftovers(path)
    prefix = f".{path.name}.{os.getpid()}@{platform.node()}."
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=".tmp")
    os.close(handle)
    try:
        yield Path(name)
        # mkstemp makes files that only their owner can read; a written file follows the umask.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def write_text(path: str | os.PathLike, text: str) -> None:
    """Writes a whole text file, UTF-8, all or nothing."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _remove_leftovers(path: Path) -> None:
    start = f".{path.name}."
    with contextlib.suppress(OSError):  # what cannot be removed does no harm
        for entry in os.scandir(path.parent):
            is_ours = entry.name.startswith(start) and entry.name.endswith(".tmp")
            if is_ours and _is_left_behind(entry.name.removeprefix(start), entry.stat().st_mtime):
                os.unlink(entry.path)


def _is_left_behind(name: str, written: float) -> bool:
    """Whether the writer of a temporary file is gone."""
    writer = re.match(r"(\d+)@(.*)\.[^.]+\.tmp$", name)
    # On Windows the signal 0 ends a process.
    if writer is None or writer[2] != platform.node() or os.name == "nt":
        return time.time() - written > SECONDS_OF_A_WRITER
    try:
        os.kill(int(writer[1]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:  # alive, and of another user
        return False
    return False
