"""The program, in a process that kills itself at a step that a test names.

    python -P tests/e2e/dying.py LOG STEP NUMBER push --yes …

A *step* is whatever leaves something behind on this machine: a commit of a database, named by
what it has written to, and every file below the current folder that is made, linked, renamed or
removed. The interpreter tells of them before they happen (PEP 578, and SQLite's own trace), so
none can be forgotten, and the product knows nothing of it. The process dies right before the
NUMBER-th step of that name; LOG lists the steps that it came to.
"""

import os
import re
import signal
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from manifest_sync.__main__ import main

_WRITES = re.compile(
    r"\s*(?:(INSERT)(?: OR \w+)? INTO|(UPDATE)(?: OR \w+)?|(DELETE) FROM|(CREATE|ALTER))\s+(\w+)"
)
_PART = re.compile(r"\.ms-[0-9a-f]{16}\.part")
_OWN = ("manifest.json", "lock", "lock.holder", "cache.db", "state.db", ".gitignore")
_CONNECT = sqlite3.connect
_MAKES = os.O_CREAT | os.O_TRUNC


def written_by(statement: str) -> str | None:
    """`insert changes`, of a statement that writes; None of any other."""
    found = _WRITES.match(statement)
    if found is None:
        return None
    insert, update, delete, makes, table = found.groups()
    return "schema" if makes else f"{insert or update or delete} {table}".lower()


class Steps:
    """Counts steps, lists them, and ends the process at one."""

    def __init__(self, log: Path, name: str, number: int) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._last = (name, number)
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._root = Path.cwd()

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        """What the interpreter is about to do (Python library reference, "Audit events table")."""
        if event in _TOLD:
            verb, places = _TOLD[event](arguments)
            kinds = [kind for kind in map(self._kind, places) if kind is not None]
            if kinds:
                self._come_to(f"{verb} {' as '.join(kinds)}")

    def connect(self, path: Path, *, timeout: float) -> sqlite3.Connection:
        """`sqlite3.connect`, followed from commit to commit."""
        connection = _CONNECT(path, timeout=timeout)
        connection.set_trace_callback(self._reader())
        return connection

    def _come_to(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1
            os.write(self._log, f"{name}\n".encode())
            if (name, self._counts[name]) == self._last:
                os.kill(os.getpid(), signal.SIGKILL)

    def _reader(self) -> Callable[[str], None]:
        """Follows the statements of one connection from commit to commit."""
        written: dict[str, None] = {}

        def told(statement: str) -> None:
            if statement == "COMMIT":
                if written:
                    self._come_to(f"commit {', '.join(written)}")
                written.clear()
            elif statement == "ROLLBACK":
                written.clear()
            elif (what := written_by(statement)) is not None:
                written[what] = None

        return told

    def _kind(self, place: Path) -> str | None:
        """What sort of file this is; None outside of the workspace."""
        if not place.is_relative_to(self._root):
            return None
        within = place.relative_to(self._root).parts
        name = place.name
        if _PART.fullmatch(name):
            return "part"
        if name in _OWN:
            return name
        if within[:2] == (".manifest-sync", "trash"):
            return "kept"
        return "probe" if "ms-" in name else "file"


def _at(path: object, folder: object = -1) -> Path:
    """The file that a path means, which may be relative to an open folder."""
    assert isinstance(folder, int)
    base = Path.cwd() if folder < 0 else Path(f"/proc/self/fd/{folder}").readlink()
    assert isinstance(path, str | bytes | os.PathLike)
    return base / os.fsdecode(path)


_Told = tuple[str, list[Path]]


def _opened(told: tuple[object, ...]) -> _Told:
    """The event keeps quiet about an open folder; a relative name is somewhere below ours."""
    path, _, flags = told
    assert isinstance(flags, int)
    if isinstance(path, int) or not flags & _MAKES:
        return "make", []
    place = _at(path)
    is_new = flags & os.O_TRUNC or not place.exists()
    return "make", [place] if is_new and not place.is_dir() else []


def _made_folder(told: tuple[object, ...]) -> _Told:
    place = _at(told[0], told[2])
    return "make folder", [] if place.exists() else [place]


_TOLD: dict[str, Callable[[tuple[object, ...]], _Told]] = {
    "open": _opened,
    "os.link": lambda told: ("link", [_at(told[0], told[2]), _at(told[1], told[3])]),
    "os.rename": lambda told: ("rename", [_at(told[0], told[2]), _at(told[1], told[3])]),
    "os.remove": lambda told: ("remove", [_at(told[0], told[1])]),
    "os.mkdir": _made_folder,
    "os.rmdir": lambda told: ("remove folder", [_at(told[0], told[1])]),
}


if __name__ == "__main__":
    steps = Steps(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    sys.argv = ["manifest-sync", *sys.argv[4:]]
    sqlite3.connect = steps.connect  # type: ignore[assignment]
    sys.addaudithook(steps.hear)
    main()
