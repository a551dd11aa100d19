"""The local folder of a style, as a store.

Nothing is reached through a link (`local_tree`), nobody sees half a file (`local_part`), and
what is replaced or deleted is in the trash before (`local_trash`).
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.errors import NotFound, StoreError
from manifest_sync.core.familiar import NOBODY, Familiar
from manifest_sync.core.listing import Found, Problem
from manifest_sync.core.stamps import ABSENT, AbsentStamp, FileStamp, Present, Stamp, agree
from manifest_sync.stores import local_probes
from manifest_sync.stores.base import Body, Limits, Many, Reading, Whole, Written
from manifest_sync.stores.local_durable import Unsynced
from manifest_sync.stores.local_errors import appeared, changed, gone, telling
from manifest_sync.stores.local_kept import LocalTrash
from manifest_sync.stores.local_new import create_small, result
from manifest_sync.stores.local_part import PartFile
from manifest_sync.stores.local_read import read_small, reading
from manifest_sync.stores.local_trash import Doomed, Kept, Trash
from manifest_sync.stores.local_tree import (
    InTheWay,
    Tree,
    look,
    regular,
    split,
    stamp_of,
)
from manifest_sync.stores.local_walk import Walk
from manifest_sync.stores.one_by_one import OneByOne

_TURNS = 64


class _New(msgspec.Struct):
    """What a path is to hold."""

    chunks: Iterable[bytes]
    size: int
    modified_ns: Callable[[], int]
    """Asked when the chunks are through: a download learns it with its answer."""


def always(_: str) -> bool:
    """The predicate that says yes."""
    return True


class LocalStore(OneByOne):
    """A folder. Its stamps are `FileStamp`s; `kept_at` is relative to the folder of `trash`."""

    side = Side.LOCAL

    def __init__(
        self,
        root: Path,
        trash: Path,
        *,
        may_enter: Callable[[str], bool] = always,
        wants: Callable[[str], bool] = always,
        follow_symlinks: bool = False,
        boundary: Path | None = None,
        keeps: bool = True,
    ) -> None:
        """`root` must be there when it is used, and is never made; `trash` is made when needed.

        `may_enter` and `wants` are the scope's, for folders and for files: what neither names
        is no problem. `follow_symlinks` holds for links that lead below `boundary` (by default
        the root); files behind a link to a file are read, but never replaced or deleted. Without
        `keeps` the trash is off: what is replaced or deleted is lost.
        """
        self._tree = Tree(root, boundary=(boundary or root) if follow_symlinks else None)
        self._trash = Trash(trash)
        self.keeps = keeps
        self._may_enter = may_enter
        self._wants = wants
        self._unsynced = Unsynced()
        self._turns = tuple(threading.Lock() for _ in range(_TURNS))
        self._leftovers: tuple[str, ...] = ()

    @property
    def trash(self) -> LocalTrash:
        """The folder of kept files."""
        return LocalTrash(self._trash.tree)

    @property
    def plain_root(self) -> Path | None:
        """The folder, for another process that reads of it; None where links are followed."""
        return None if self._tree.follows_links else self._tree.root

    def list(self, familiar: Familiar = NOBODY) -> Iterator[Found | Problem]:
        """Every regular file, other styles' manifests included, and the problems among them.

        Problems: `unreadable` (a folder), `unsafe_name`, `special_file`, `link`. Each link that
        is not followed is one, since it may hide what a manifest lists; who knows the manifest
        can tell. StoreError where the root cannot be read.
        """
        walk = Walk(self._tree, self._may_enter, self._wants, familiar)
        rows = walk.run()
        self._leftovers = tuple(walk.leftovers)
        return iter(rows)

    def stat(self, path: str) -> Stamp:
        """The state of a path, where a folder is no file; Moved where a link or special file is.

        That one is neither absent nor a file: whoever asks is not to conclude either.
        """
        try:
            status = self._tree.status(path)
        except (NotFound, InTheWay):
            return ABSENT
        if status is None or S_ISDIR(status.st_mode):
            return ABSENT
        return regular(status, path)

    def told_md5(self, stamp: Present) -> str | None:  # noqa: ARG002 - the protocol's
        """None: a file system knows no digests."""
        return None

    def ask_md5(self, path: str, stamp: Present) -> str | None:  # noqa: ARG002 - the protocol's
        """None: a file system knows no digests."""
        return None

    def read(self, path: str, stamp: Present) -> AbstractContextManager[Reading]:
        """Open a file in exactly that state; the chunks end with Moved if it changes meanwhile."""
        return reading(self._tree, path, stamp)

    def gains_by(self, many: Many) -> bool:
        """By entering a folder once for several files."""
        return many is Many.CREATE or (many is Many.READ and not self._tree.follows_links)

    def read_small(
        self, files: Sequence[tuple[str, Present]], *, limits: Limits
    ) -> Iterator[Whole | StoreError]:
        """Small files; links are followed one by one."""
        if self._tree.follows_links:
            return super().read_small(files, limits=limits)
        return read_small(self._tree, files)

    def create_small(
        self,
        files: Sequence[tuple[str, Body]],
        *,
        limits: Limits,  # noqa: ARG002 - the protocol's
    ) -> Iterator[Written | StoreError]:
        """New small files, folders above them included."""
        for (path, _), stamp in zip(files, create_small(self._tree, files), strict=True):
            yield stamp if isinstance(stamp, StoreError) else self._done(path, stamp, None)

    def write(self, path: str, body: Body, *, expect: Stamp, keep_under: str) -> Written:
        """Put the body at the path where `expect` still holds, folders above it included."""
        new = _New(body.chunks(), body.content.size, lambda: body.modified_ns)
        return self._put(path, new, expect, keep_under)

    def copy(
        self, source: str, stamp: Present, path: str, *, expect: Stamp, keep_under: str
    ) -> Written:
        """Copy a file within the folder, its mtime included."""
        with self.read(source, stamp) as file:
            new = _New(file.chunks, file.stamp.size, lambda: file.modified_ns)
            return self._put(path, new, expect, keep_under)

    def delete(self, path: str, *, expect: Present, keep_under: str) -> Written:
        """Move a file to the trash where `expect` still holds. Its folder stays, even if empty."""
        if not isinstance(expect, FileStamp):
            raise changed(path)
        self._require(path, expect)
        folder, name = split(path)
        with self._turn(path), self._tree.folder(folder) as fd:
            doomed = Doomed(fd, name, path, expect)
            with self._keeping(doomed, keep_under) as kept, telling(path, "deleted"):
                os.unlink(name, dir_fd=fd)
        return self._done(path, ABSENT, kept)

    def bring_back(
        self, kept_at: str, stamp: Present, path: str, *, expect: Stamp, keep_under: str
    ) -> Written:
        """Copy a file out of the trash, its mtime included."""
        with self.trash.read(kept_at, stamp) as file:
            new = _New(file.chunks, file.stamp.size, lambda: file.modified_ns)
            return self._put(path, new, expect, keep_under)

    def kept_at(self, path: str, stamp: Present, keep_under: str) -> str | None:
        """The place in the trash."""
        place = self._trash.find(path, stamp, keep_under) if isinstance(stamp, FileStamp) else None
        return self._shown(place) if place is not None else None

    def flush(self) -> None:
        """Make durable, folders and trash included, what was written since the last flush."""
        self._unsynced.sync()

    def folds_names(self) -> bool:
        """Whether the file system merges names that differ in case or Unicode composition."""
        return local_probes.folds_names(self._trash.tree.root.parent)

    def now_ns(self) -> int:
        """The time by the file system's clock, for `FileStamp.may_hide_a_later_edit`."""
        return local_probes.now_ns(self._trash.tree.root.parent)

    def remove_leftovers(self) -> int:
        """Remove the temporary files of killed runs that the last `list` saw; how many it were.

        Only for who holds the workspace's lock: those of another run at work look the same.
        """
        removed = 0
        for path in self._leftovers:
            folder, name = split(path)
            with suppress(StoreError, OSError), self._tree.folder(folder) as fd:
                os.unlink(name, dir_fd=fd)
                removed += 1
        self._leftovers = ()
        return removed

    def _put(self, path: str, new: "_New", expect: Stamp, keep_under: str) -> Written:
        """Write a temporary file, then put it in place if `expect` holds to the last moment."""
        replaced = self._require(path, expect)
        folder, name = split(path)
        kept = None
        with (
            self._tree.folder(folder, create=replaced is None) as fd,
            PartFile(fd, path) as part,
        ):
            part.fill(new.chunks, new.size)
            status = part.finish(new.modified_ns(), replaced.st_mode if replaced else None)
            with self._turn(path):
                # While the bytes came, their folder may have been moved away.
                self._tree.require(folder, fd)
                if isinstance(expect, FileStamp):
                    with self._keeping(Doomed(fd, name, path, expect), keep_under) as kept:
                        part.replace(name)
                else:
                    part.become(name)
                stamp = result(fd, name, path, stamp_of(status))
        return self._done(path, stamp, kept)

    @contextmanager
    def _keeping(self, doomed: Doomed, keep_under: str) -> Iterator[Kept | None]:
        """Keep a file for a block that replaces or deletes it, unless the trash is off."""
        if self.keeps:
            with self._trash.keeping(doomed, keep_under) as kept:
                yield kept
        else:
            doomed.require(doomed.stamp)
            yield None

    def _require(self, path: str, expect: Stamp) -> os.stat_result | None:
        """What is at the path itself, links not followed; Moved where it is not as expected."""
        folder, name = split(path)
        try:
            with self._tree.folder(folder) as fd:
                status = look(fd, name)
        except (NotFound, InTheWay):
            status = None
        now = ABSENT if status is None else regular(status, path)
        if not agree(expect, now):
            if status is None:
                raise gone(path)
            raise appeared(path) if isinstance(expect, AbsentStamp) else changed(path)
        return status

    def _turn(self, path: str) -> threading.Lock:
        """The lock of a path (shared with others): two threads must not both find it unchanged."""
        return self._turns[hash(path) % _TURNS]

    def _done(self, path: str, stamp: Stamp, kept: Kept | None) -> Written:
        self._unsynced.add(self._tree, path)
        if kept is None:
            return Written(stamp)
        self._unsynced.add(self._trash.tree, kept.place)
        return Written(stamp, self._shown(kept.place))

    def _shown(self, place: str) -> str:
        return f"{self._trash.tree.root.name}/{place}"
