"""Reading a file in exactly one state, and noticing when it changes under the reader."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO

from manifest_sync.core.errors import NotFound
from manifest_sync.core.stamps import FileStamp, Present
from manifest_sync.stores.base import CHUNK, Reading
from manifest_sync.stores.local_errors import changed, gone, telling
from manifest_sync.stores.local_tree import Tree, regular, stamp_at


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
