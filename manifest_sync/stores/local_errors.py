"""What the operating system says of a file, as the errors and sentences of this tool."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

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


@contextmanager
def telling(path: str, done: str) -> Iterator[None]:
    """Turn the OSErrors of a block into StoreErrors; only for blocks that run none but our code."""
    try:
        yield
    except OSError as error:
        raise store_error(error, path, done) from error


def appeared(path: str) -> Moved:
    """The error where nothing was expected and something is."""
    return Moved(f"“{shown(path)}” has appeared since it was looked at; it is left as it is")


def changed(path: str) -> Moved:
    """The error where a file is in another state than expected."""
    return Moved(f"“{shown(path)}” changed since it was looked at; it is left as it is")


def gone(path: str) -> Moved:
    """The error where a file was expected and nothing is."""
    return Moved(f"“{shown(path)}” is gone since it was looked at")
