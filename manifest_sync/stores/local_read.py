"""Reading a file in exactly one state, and noticing when it changes under the reader."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from itertools import groupby
from stat import S_ISREG

from manifest_sync.core.errors import NotFound, StoreError
from manifest_sync.core.stamps import FileStamp, Present
from manifest_sync.stores.base import CHUNK, Reading, Whole
from manifest_sync.stores.local_errors import changed, gone, store_error, telling
from manifest_sync.stores.local_tree import (
    Tree,
    look,
    open_unseen,
    regular,
    stamp_at,
)
from manifest_sync.stores.one_by_one import each


@contextmanager
def reading(tree: Tree, path: str, stamp: Present) -> Iterator[Reading]:
    """Open a file in the given state. Moved where it is in another, or gone."""
    try:
        fd = tree.open_file(path)
    except NotFound as error:
        raise gone(path) from error
    # A FileIO, not a bare descriptor: chunks that outlive the block must not read whatever
    # file has been given the number since.
    with FileIO(fd) as file:
        if not isinstance(stamp, FileStamp) or stamp_at(fd, path) != stamp:
            raise changed(path)
        yield Reading(
            stamp=stamp, chunks=_until_the_end(tree, path, file, stamp), modified_ns=stamp.mtime_ns
        )


def read_small(tree: Tree, files: Sequence[tuple[str, Present]]) -> Iterator[Whole | StoreError]:
    """Small files; a folder is opened once for those of it that follow each other.

    Nothing but opening takes as long for a small file as entering its folder for it.
    """
    for parent, group in groupby(files, lambda file: file[0].rpartition("/")[0]):
        yield from _of_folder(tree, parent, [*group])


def _of_folder(
    tree: Tree, parent: str, files: list[tuple[str, Present]]
) -> Iterator[Whole | StoreError]:
    try:
        with tree.folder(parent) as folder:
            found = [*each(files, lambda file: _whole(folder, *file))]
            tree.require(parent, folder)
    except StoreError as error:
        found = [error] * len(files)
    for (path, _), whole in zip(files, found, strict=True):
        yield gone(path) if isinstance(whole, NotFound) else whole


def _whole(folder: int, path: str, stamp: Present) -> Whole:
    """All of a file in the given state. Moved where it is in another, before or after.

    That what is at the name afterwards has the stamp tells both that the file that was read was
    not changed meanwhile, and that no other has taken its place, as editors do that save by
    renaming.

    The system calls are most of what a small file costs, and they are as few as they can be.
    """
    if not isinstance(stamp, FileStamp):
        raise changed(path)
    name = path.rpartition("/")[2]
    fd = open_unseen(folder, name, path)
    try:
        _require(os.fstat(fd), stamp, path)
        data = os.read(fd, stamp.size)
        # Some network file systems give fewer bytes than they are asked for.
        while len(data) < stamp.size and (more := os.read(fd, stamp.size - len(data))):
            data += more
    except OSError as error:
        raise store_error(error, path, "read") from error
    finally:
        os.close(fd)
    status = look(folder, name)
    if status is None or len(data) != stamp.size:
        raise changed(path)
    _require(status, stamp, path)
    return Whole(data, stamp.mtime_ns)


def _require(status: os.stat_result, stamp: FileStamp, path: str) -> None:
    """Raise Moved where what was looked at is no regular file, or is not in that state."""
    if not (
        status.st_mtime_ns == stamp.mtime_ns
        and status.st_ctime_ns == stamp.ctime_ns
        and status.st_ino == stamp.inode
        and status.st_size == stamp.size
        and S_ISREG(status.st_mode)
    ):
        regular(status, path)  # what it is, where it is no file
        raise changed(path)


def pieces(file: FileIO, path: str, stamp: FileStamp) -> Iterator[bytes]:
    """The bytes of an open file. Moved, before the end, where it was changed meanwhile."""
    rest = stamp.size
    while rest > 0:
        with telling(path, "read"):
            piece = file.read(min(rest, CHUNK))
        if not piece:
            break  # it was cut short, as its signature is about to tell
        rest -= len(piece)
        yield piece
    if stamp_at(file.fileno(), path) != stamp:
        raise changed(path)


def _until_the_end(tree: Tree, path: str, file: FileIO, stamp: FileStamp) -> Iterator[bytes]:
    yield from pieces(file, path, stamp)
    # Editors save by renaming: the file that was read is unchanged, but it is not at the
    # path any more.
    status = tree.status(path)
    if status is None or regular(status, path) != stamp:
        raise changed(path)
