"""What the tests of the local store share."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from manifest_sync.core.listing import Found, Problem
from manifest_sync.core.stamps import FileStamp
from manifest_sync.stores.base import CHUNK
from manifest_sync.stores.bodies import NO_NOTES, content_of
from manifest_sync.stores.local import LocalStore

NOBODY = 65534


def store_in(place: Path, **options: object) -> LocalStore:
    """A store on `place/style`, with its trash where a workspace has it."""
    root = place / "style"
    root.mkdir(exist_ok=True)
    return LocalStore(root, place / "ms" / "trash", **options)  # type: ignore[arg-type]  # passed on


def put(path: Path, data: bytes) -> None:
    """Write a file as any program does, leaving it with another signature than before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.stat() if path.exists() else None
    path.write_bytes(data)
    # The clock of a file system ticks every few milliseconds only.
    while before is not None and _signature(path) == (
        before.st_size,
        before.st_mtime_ns,
        before.st_ctime_ns,
        before.st_ino,
    ):
        time.sleep(0.002)
        path.write_bytes(data)


def _signature(path: Path) -> tuple[int, int, int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def stamp_in(store: LocalStore, path: str) -> FileStamp:
    """The state of a file that is there."""
    stamp = store.stat(path)
    assert isinstance(stamp, FileStamp)
    return stamp


def problems(store: LocalStore) -> list[Problem]:
    """The problems of a listing."""
    return [row for row in store.list() if isinstance(row, Problem)]


def found(store: LocalStore) -> list[str]:
    """The paths of the files of a listing."""
    return [row.path for row in store.list() if isinstance(row, Found)]


def tree(place: Path) -> dict[str, bytes]:
    """Every file below a folder; a link as where it leads."""
    return {
        path.relative_to(place).as_posix(): (
            str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        )
        for path in sorted(place.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


class Acting:
    """A body that does something to the world before it ends."""

    modified_ns = 1_700_000_000_000_000_000
    notes = NO_NOTES

    def __init__(self, data: bytes, act: Callable[[], object]) -> None:
        self.content = content_of(data)
        self._data = data
        self._act = act

    def chunks(self, size: int | None = None) -> Iterator[bytes]:
        """The bytes, and then the act."""
        size = size or CHUNK
        for start in range(0, len(self._data), size):
            yield self._data[start : start + size]
        self._act()


def run_child(script: str, place: Path) -> "subprocess.CompletedProcess[str]":
    """Run a Python script in its own process, in a folder."""
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def printed(script: str, place: Path) -> str:
    """What a script prints that runs in its own process, and well."""
    done = run_child(script, place)
    if done.returncode:
        pytest.fail(done.stderr)
    return done.stdout
