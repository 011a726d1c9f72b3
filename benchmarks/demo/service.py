"""What the page can ask for: from a request's values to JSON values."""

import tempfile
import threading
import uuid
from collections import OrderedDict
from pathlib import Path
from typing import Any

from .frames import catalogue, frame, scene
from .session import Session, begin

MOST_SESSIONS, MOST_STEPS = 8, 100
FORGOTTEN = "this run is not known here any more: start it again"


class Service:
    """Runs that are open, the last few; safe to call from several threads.

    Args:
        folder: where agent files that are handed over are kept.
    """

    def __init__(self, folder: str | None = None) -> None:
        self._own = tempfile.TemporaryDirectory(prefix="aifgym-demo-") if folder is None else None
        self._folder = Path(folder or self._own.name)  # pyright: ignore[reportOptionalMemberAccess]
        self._sessions: OrderedDict[str, tuple[Session, threading.Lock]] = OrderedDict()
        self._progress: dict[str, float] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Removes the agent files."""
        if self._own is not None:
            self._own.cleanup()

    def worlds(self) -> dict[str, Any]:
        """What can be chosen."""
        return catalogue()

    def keep_file(self, content: bytes) -> dict[str, Any]:
        """Keeps an agent file; it is looked into where it is used."""
        name = uuid.uuid4().hex
        (self._folder / f"{name}.aif").write_bytes(content)
        return {"file": name}

    def progress(self, asked: dict[str, Any]) -> dict[str, Any]:
        """How much of a training is done, by the name that the page gave it."""
        return {"share": self._progress.get(str(asked.get("ticket")), 0.0)}

    def start(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Makes a run: `world`, `agent`, `noise`, `seed`, `file`, `ticket`.

        Raises:
            ValueError: something that was asked for is not there.
        """
        ticket, noise = str(asked.get("ticket")), _number(asked, "noise")

        def report(share: float) -> None:
            self._progress[ticket] = share

        try:
            session = begin(
                str(asked.get("world")),
                str(asked.get("agent")),
                noise,
                int(_number(asked, "seed") or 0),
                self._file(asked.get("file")),
                report,
            )
        finally:
            self._progress.pop(ticket, None)
        name = uuid.uuid4().hex
        with self._lock:
            self._sessions[name] = session, threading.Lock()
            while len(self._sessions) > MOST_SESSIONS:
                self._sessions.popitem(last=False)
        return {"session": name, "scene": scene(session), "frame": frame(session)}

    def step(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Takes `count` steps of a run."""
        count = int(_number(asked, "count") or 1)
        if not 1 <= count <= MOST_STEPS:
            raise ValueError(f"count must be in 1..{MOST_STEPS}, got {count}")

        def change(session: Session) -> None:
            for _ in range(count):
                session.step()

        return self._changed(asked, change)

    def aim(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Sets the goal of a run to `goal`; null is the usual one."""
        goal = _number(asked, "goal")
        return self._changed(asked, lambda session: session.aim(goal))

    def break_action(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Breaks `action`; null mends it."""
        action = _number(asked, "action")
        number = None if action is None else int(action)
        return self._changed(asked, lambda session: session.break_action(number))

    def _changed(self, asked: dict[str, Any], change) -> dict[str, Any]:
        name = str(asked.get("session"))
        with self._lock:
            if name not in self._sessions:
                raise ValueError(FORGOTTEN)
            self._sessions.move_to_end(name)
            session, lock = self._sessions[name]
        with lock:
            change(session)
            return frame(session)

    def _file(self, name: Any) -> Path | None:
        """A file that was handed over before; names are ours, so nothing else can be reached."""
        if name is None:
            return None
        path = self._folder / f"{name!s}.aif"
        if not str(name).isalnum() or not path.exists():
            raise ValueError("choose the agent file again")
        return path


def _number(asked: dict[str, Any], name: str) -> float | None:
    value = asked.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 2**31:
        raise ValueError(f"{name} must be a number, got {value!r}")
    return float(value)
