"""Where the bytes of local files go that are about to be replaced or deleted."""

import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

import msgspec
import xxhash

from manifest_sync.core.errors import Corrupted, NotFound, StoreError
from manifest_sync.core.paths import shown
from manifest_sync.core.stamps import FileStamp
from manifest_sync.stores.local_errors import changed, gone, store_error, telling
from manifest_sync.stores.local_part import NO_LINKS, PartFile
from manifest_sync.stores.local_read import pieces
from manifest_sync.stores.local_tree import (
    InTheWay,
    Tree,
    look,
    open_at,
    regular,
    same_but_for_ctime,
    split,
    stamp_at,
    stamp_of,
)

_KEPT = "kept in the trash"


class Doomed(msgspec.Struct, frozen=True):
    """A file that is about to be replaced or deleted."""

    folder: int
    """The open folder it is in."""
    name: str
    path: str
    stamp: FileStamp
    """The state in which it may be."""

    def require(self, stamp: FileStamp) -> os.stat_result:
        """What is there, which is a file in that state; else Moved."""
        status = look(self.folder, self.name)
        if status is None:
            raise gone(self.path)
        if regular(status, self.path) != stamp:
            raise changed(self.path)
        return status

    def require_kept(self, kept: FileStamp) -> None:
        """Raise Moved where what was kept is not the file; its ctime may be later."""
        if not same_but_for_ctime(kept, self.stamp):
            raise changed(self.path)


class Kept(msgspec.Struct, frozen=True):
    """Bytes that are safe."""

    place: str
    """Relative to the trash."""
    stamp: FileStamp
    """The state the doomed file is in now: a hard link moves its ctime."""


class Trash:
    """A folder of kept files, each at `keep_under/path`. Nothing in it is ever overwritten."""

    def __init__(self, root: Path) -> None:
        """`root` is made when the first file is kept."""
        self.tree = Tree(root)

    @contextmanager
    def keeping(self, doomed: Doomed, keep_under: str) -> Iterator[Kept]:
        """Keep a file for a block that then replaces or deletes it.

        Where the block fails and the file is still there, what was kept is taken out again:
        nothing has happened. Where it is not, what was kept stays, whatever became of the file.
        """
        with telling("the trash", "opened"):
            self.tree.root.mkdir(parents=True, exist_ok=True)
        kept = self._keep(doomed, keep_under)
        try:
            # Race: between looking at the file and keeping it, its name may have passed to
            # other bytes, and these may have been kept; or it was kept, and then written to.
            doomed.require_kept(kept.stamp)
            # Race: from here to the end of the block, a few microseconds, another program may
            # still put other bytes there, and these would be lost. Only swapping two names at
            # once (renameat2) would close this, which Python does not offer.
            doomed.require(kept.stamp)
            yield kept
        except BaseException:
            with suppress(StoreError):
                doomed.require(kept.stamp)
                self._drop(kept.place)
            raise

    def find(self, path: str, stamp: FileStamp, keep_under: str) -> str | None:
        """The place of a file that was kept under this name in that state; None where none was.

        Its inode may be another one, since some file systems need a copy.
        """
        found = None
        if not self.tree.root.is_dir():
            return None  # it is made when the first file is kept
        for place in _places(keep_under, path):
            try:
                status = self.tree.status(place)
            except (NotFound, InTheWay):
                status = None
            if status is None:
                return found
            if (status.st_size, status.st_mtime_ns) == (stamp.size, stamp.mtime_ns):
                found = place
        return found

    def _keep(self, doomed: Doomed, keep_under: str) -> Kept:
        for place in _places(keep_under, doomed.path):
            shelf, name = split(place)
            # Taken, by a file or by one of its folders: an earlier change of the same path.
            with suppress(InTheWay, FileExistsError), self.tree.folder(shelf, create=True) as fd:
                stamp = _link(doomed, fd, name) or _copy(doomed, fd, name)
                return Kept(place, stamp)
        raise AssertionError("the places never run out")

    def _drop(self, place: str) -> None:
        shelf, name = split(place)
        with self.tree.folder(shelf) as fd, telling(place, "taken out of the trash"):
            os.unlink(name, dir_fd=fd)


def _places(keep_under: str, path: str) -> Iterator[str]:
    yield f"{keep_under}/{path}"
    for number in itertools.count(2):
        yield f"{keep_under}/~{number}/{path}"


def _link(doomed: Doomed, shelf: int, name: str) -> FileStamp | None:
    """Give the file a second name on the shelf; None where it has to be copied instead.

    That is where links are not to be had, and where the file has a second name already, as in
    a tree of hard links: who writes through that one would change what was kept.
    """
    live, there = doomed.require(doomed.stamp), look(shelf, name)
    # The same file: an earlier run was stopped between keeping and replacing it.
    is_kept = there is not None and os.path.samestat(live, there)
    has_other_names = live.st_nlink > (2 if is_kept else 1)
    if there is not None and (has_other_names or not is_kept):
        raise FileExistsError(name)
    if has_other_names:
        return None
    if not is_kept:
        try:
            os.link(
                doomed.name, name, src_dir_fd=doomed.folder, dst_dir_fd=shelf, follow_symlinks=False
            )
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno in NO_LINKS:
                return None
            raise store_error(error, doomed.path, _KEPT) from error
    with telling(doomed.path, _KEPT):
        return stamp_of(os.stat(name, dir_fd=shelf, follow_symlinks=False))


def _copy(doomed: Doomed, shelf: int, name: str) -> FileStamp:
    """Copy the file onto the shelf, with its time and permissions; durable and read back."""
    path = doomed.path
    with (
        FileIO(open_at(doomed.folder, doomed.name, path)) as file,
        PartFile(shelf, path, _KEPT) as part,
    ):
        if stamp_at(file.fileno(), path) != doomed.stamp:
            raise changed(path)
        mode = os.fstat(file.fileno()).st_mode
        read, kept = xxhash.xxh3_128(), xxhash.xxh3_128()
        part.fill(_through(read, pieces(file, path, doomed.stamp)), doomed.stamp.size)
        copied = stamp_of(part.finish(doomed.stamp.mtime_ns, mode, durable=True))
        with FileIO(open_at(shelf, part.name, path)) as copy:
            for _ in _through(kept, pieces(copy, path, copied)):
                pass
        if kept.digest() != read.digest():
            raise Corrupted(f"“{shown(path)}” cannot be kept in the trash: the copy differs")
        part.become(name)
    with telling(path, _KEPT):
        os.fsync(shelf)
    return doomed.stamp


def _through(digest: xxhash.xxh3_128, chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
