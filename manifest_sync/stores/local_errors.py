"""What the operating system says of a file, as the errors and sentences of this tool."""

import errno
from contextlib import AbstractContextManager
from types import TracebackType

from manifest_sync.core.errors import Denied, Moved, NotFound, StoreError, Transient
from manifest_sync.core.paths import shown

_SENTENCES = {
    errno.EACCES: "permission denied",
    errno.EPERM: "the operating system does not permit it",
    errno.ENOENT: "it is not there",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file is larger than a limit allows",
    errno.EROFS: "the file system is mounted read-only",
    errno.ENAMETOOLONG: "its name is too long for this file system",
    errno.EIO: "the disk reports an input/output error",
}
_KINDS: dict[int | None, type[StoreError]] = {
    errno.ENOENT: NotFound,
    errno.EACCES: Denied,
    errno.EPERM: Denied,
    # What passes by itself: other work lets go of descriptors, a server comes back.
    errno.EAGAIN: Transient,
    errno.EBUSY: Transient,
    errno.EMFILE: Transient,
    errno.ENFILE: Transient,
    errno.ESTALE: Transient,
    errno.ETIMEDOUT: Transient,
}


def store_error(error: OSError, path: str, done: str) -> StoreError:
    """The error for "“path” cannot be `done`: why" (`done` is "read", "written", ...)."""
    reason = _SENTENCES.get(error.errno or 0) or error.strerror or str(error)
    kind = _KINDS.get(error.errno, StoreError)
    return kind(f"“{shown(path)}” cannot be {done}: {reason}")


def telling(path: str, done: str) -> AbstractContextManager[None]:
    """Turn the OSErrors of a block into StoreErrors; only for blocks that run none but our code."""
    return _Telling(path, done)


class _Telling:
    """Entered several times for every file: a generator would cost four times as much."""

    __slots__ = ("_done", "_path")

    def __init__(self, path: str, done: str) -> None:
        self._path = path
        self._done = done

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, OSError):
            raise store_error(error, self._path, self._done) from error


def appeared(path: str) -> Moved:
    """The error where nothing was expected and something is."""
    return Moved(f"“{shown(path)}” has appeared since it was looked at; it is left as it is")


def changed(path: str) -> Moved:
    """The error where a file is in another state than expected."""
    return Moved(f"“{shown(path)}” changed since it was looked at; it is left as it is")


def gone(path: str) -> Moved:
    """The error where a file was expected and nothing is."""
    return Moved(f"“{shown(path)}” is gone since it was looked at")
