"""Counting what a command does, at the edges of the process: requests, files, bytes, statements."""

import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from manifest_sync.core.columns import FileColumns, ObjectColumns
from tests.commands import here
from tests.e2e.meddler import Meddler

_IO = Path("/proc/self/io")
_open_files: list[list[str]] = []
"""Where the names of files go that are opened, while they are counted: one list or none."""


def _listen(event: str, details: tuple[Any, ...]) -> None:
    if event == "open" and _open_files:
        _open_files[-1].append(str(details[0]))


sys.addaudithook(_listen)  # there is no way to take it back; it does nothing between counts


@dataclass
class Work:
    """What one command did."""

    requests: Counter[str] = field(default_factory=Counter)
    """By method, as they arrived at the server, but for those of a probe."""
    opened: Counter[str] = field(default_factory=Counter)
    """How often each image and each caption was opened, by its file's name."""
    statements: int = 0
    """Of SQL, one for each row that is written. Transactions are not among them: the journal
    makes one whenever some time has passed."""
    threads: int = 0
    """That were started."""
    bytes_read: int = 0
    """From files, SQLite's and Python's own too. 0 where the system does not tell."""
    rows: int = 0
    """That were told one by one: of each there was an object, however short."""
    document: dict[str, Any] = field(default_factory=dict)
    """What it said of the style with `--json`."""


def done_by(folder: Path, meddler: Meddler, *arguments: str) -> Work:
    """Run a command in this process, and count."""
    work = Work()
    names: list[str] = []

    def arrived(method: str, _path: str) -> None:
        work.requests[method] += 1

    def start(thread: threading.Thread) -> None:
        work.threads += thread.name.startswith("manifest-sync")
        started(thread)

    started = threading.Thread.start
    with pytest.MonkeyPatch.context() as patch, _files(names):
        patch.setattr(threading.Thread, "start", start)
        for columns in (FileColumns, ObjectColumns):
            patch.setattr(columns, "rows", _counted(work, columns.rows))
        patch.setattr(meddler, "before", arrived)
        patch.setattr(sqlite3, "connect", _traced(work))
        before = _read_by_now()
        ran = here(folder, *arguments, "--json")
        work.bytes_read = _read_by_now() - before
    assert ran.status == 0, ran.err
    [work.document] = ran.document()["styles"]
    work.opened = Counter(Path(name).name for name in names if name.endswith((".jpg", ".txt")))
    return work


_PEAK = """
import sys, tracemalloc
from manifest_sync.cli.app import run
tracemalloc.start()
status = run(sys.argv[1:])
print(tracemalloc.get_traced_memory()[1], file=sys.stderr)
sys.exit(status)
"""


def peak_of(folder: Path, *arguments: str) -> int:
    """The most bytes that Python's objects took at a time while a command ran.

    In a process of its own, where nothing else takes any, and where what is traced need not be
    untraced while other threads end: that has ended Python 3.11 itself.
    """
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, *arguments],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stderr.splitlines()[-1])


@contextmanager
def _files(names: list[str]) -> Iterator[None]:
    _open_files.append(names)
    try:
        yield
    finally:
        _open_files.pop()


def _traced(work: Work) -> Callable[..., sqlite3.Connection]:
    connect = sqlite3.connect

    def count(statement: str) -> None:
        if not statement.startswith(("BEGIN", "COMMIT")):
            work.statements += 1

    def counted(path: Path, timeout: float = 5.0) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(path, timeout=timeout)
        connection.set_trace_callback(count)
        return connection

    return counted


def _counted(work: Work, rows: Callable[[Any], Iterator[Any]]) -> Callable[[Any], Iterator[Any]]:
    def counted(columns: object) -> Iterator[Any]:
        for row in rows(columns):
            work.rows += 1
            yield row

    return counted


def _read_by_now() -> int:
    """Bytes that this process has read by read(2) and its like, sockets not among them."""
    return int(_IO.read_text().split()[1]) if _IO.exists() else 0
