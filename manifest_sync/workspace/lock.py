"""One run at a time in a workspace: an OS lock, which a killed holder cannot keep."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from manifest_sync.core.errors import Locked, ManifestSyncError


class Holder(msgspec.Struct, frozen=True):
    """Who holds the lock, for the one who waits."""

    pid: int
    command: str
    host: str
    since: str


@contextmanager
def holding(path: Path, holder: Holder, timeout: float) -> Iterator[None]:
    """Hold the lock for a while; wait for it up to `timeout` seconds.

    Raises Locked, naming who holds it. The operating system releases it with the process.
    """
    lock = FileLock(path, timeout=timeout)
    note = path.with_suffix(".holder")
    try:
        lock.acquire()
    except Timeout as error:
        raise Locked(f"{_described(note)} Wait for it, or use --lock-timeout.") from error
    except OSError as error:
        raise ManifestSyncError(f"{path} cannot be locked: {error.strerror}.") from error
    try:
        # What a killed holder left, or a link in a checkout that leads to a file of somebody's.
        note.unlink(missing_ok=True)
        with note.open("xb") as file:
            file.write(msgspec.json.encode(holder))
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def me(command: str, host: str, since: str) -> Holder:
    """The process that runs this, as a holder."""
    return Holder(os.getpid(), command, host, since)


def _described(note: Path) -> str:
    try:
        holder = msgspec.json.decode(note.read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return "Another run holds this workspace."
    return (
        f"Another run holds this workspace: “{holder.command}” on {holder.host}, process "
        f"{holder.pid}, since {holder.since}."
    )
