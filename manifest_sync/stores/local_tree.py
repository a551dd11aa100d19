"""A folder entered segment by segment, so that no link ever leads out of it.

Every segment is opened relative to the one before it (openat) with O_NOFOLLOW: a folder that
another program swaps for a link while we are on our way makes the next step fail. Comparing
real paths beforehand would leave that gap open.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from manifest_sync.core.errors import Moved, StoreError
from manifest_sync.core.paths import shown, why_unsafe
from manifest_sync.core.stamps import FileStamp
from manifest_sync.stores.local_errors import store_error, telling

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""O_NONBLOCK: a FIFO that took the file's place would block the open for ever."""
_NO_NAMES = frozenset({"", ".", ".."})
"""What a path may not have between its slashes: it would lead elsewhere than it says."""


class InTheWay(Moved):
    """A file is where the path needs a folder: nothing can be at that path."""


def stamp_of(status: os.stat_result) -> FileStamp:
    """The stat signature."""
    return FileStamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def same_but_for_ctime(one: FileStamp, other: FileStamp) -> bool:
    """Whether two signatures can be of one state: a link or a rename moves the ctime alone."""
    return (one.size, one.mtime_ns, one.inode) == (other.size, other.mtime_ns, other.inode)


def look(folder: int, name: str) -> os.stat_result | None:
    """What is at a name of an open folder, a link as a link; None where nothing is."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise store_error(error, name, "looked at") from error


def open_unseen(folder: int, name: str, path: str) -> int:
    """A descriptor to read whatever is at a name of an open folder by; Moved where it is a link."""
    try:
        return os.open(name, _FILE, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _is_link(path) from error
        raise store_error(error, path, "read") from error


def open_at(folder: int, name: str, path: str) -> int:
    """A descriptor to read the regular file at a name of an open folder; Moved for any other."""
    fd = open_unseen(folder, name, path)
    try:
        stamp_at(fd, path)
    except BaseException:
        os.close(fd)
        raise
    return fd


def stamp_at(fd: int, path: str) -> FileStamp:
    """The signature of an open regular file; Moved where it is anything else."""
    with telling(path, "read"):
        return regular(os.fstat(fd), path)


def regular(status: os.stat_result, path: str) -> FileStamp:
    """The signature of a regular file; Moved where it is anything else."""
    if stat.S_ISREG(status.st_mode):
        return stamp_of(status)
    if stat.S_ISDIR(status.st_mode):
        raise Moved(f"“{shown(path)}” is a folder, not a file")
    if stat.S_ISLNK(status.st_mode):
        raise _is_link(path)
    raise Moved(f"“{shown(path)}” is a special file")


def split(path: str) -> tuple[str, str]:
    """A safe path's folder ("" for the top) and name. StoreError where it is not safe."""
    if reason := why_unsafe(path):
        raise StoreError(f"“{shown(path)}” cannot be used as a path: it {reason}")
    folder, _, name = path.rpartition("/")
    return folder, name


class Tree:
    """One folder of the file system. Holds nothing open; safe to call from several threads."""

    def __init__(self, root: Path, *, boundary: Path | None = None) -> None:
        """`root` may itself be a link; it is looked up anew each time, never created.

        With a `boundary` links are followed as long as they lead below it, or below the root.
        """
        self.root = root
        self.follows_links = boundary is not None
        self._bounds = (root,) if boundary is None else (root, boundary)

    @contextmanager
    def top(self) -> Iterator[int]:
        """The root's descriptor. While it is open, the file system cannot be unmounted.

        A root that is not there is no NotFound: an unmounted folder is not an empty one.
        """
        try:
            fd = os.open(self.root, _FOLDER)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise StoreError(f"“{self.root}” is not there, or is not a folder") from error
        except OSError as error:
            raise store_error(error, str(self.root), "opened") from error
        try:
            yield fd
        finally:
            os.close(fd)

    @contextmanager
    def folder(self, folder: str, *, create: bool = False) -> Iterator[int]:
        """A folder's descriptor ("" is the root). Raises NotFound, InTheWay, Moved, Denied."""
        with self.top() as top:
            fd = self.descend(top, folder, create=create)
            try:
                yield fd
            finally:
                os.close(fd)

    def require(self, folder: str, fd: int) -> None:
        """Raise Moved where an open folder is no longer what is found at its path."""
        with self.folder(folder) as now, telling(folder, "looked at"):
            if not os.path.samestat(os.fstat(now), os.fstat(fd)):
                raise Moved(f"the folder “{shown(folder)}” was replaced by another meanwhile")

    def descend(self, top: int, folder: str, *, create: bool = False) -> int:
        """Open a folder below an open root; the caller closes what is returned."""
        if not folder:
            return os.dup(top)
        names = folder.split("/")
        if not _NO_NAMES.isdisjoint(names):
            raise StoreError(f"“{shown(folder)}” cannot be used as a path below a folder")
        fd, here = top, ""
        for name in names:
            here = f"{here}/{name}" if here else name
            try:
                following = self._enter(fd, name, here, create=create)
            except OSError as error:
                raise store_error(error, here, "opened") from error
            finally:
                if fd != top:
                    os.close(fd)
            fd = following
        return fd

    @contextmanager
    def place(self, path: str) -> Iterator[tuple[int, str]]:
        """The open folder and the name to read a file by: where links are followed, its target's.

        What is at the name still has to be opened without following: it may change meanwhile.
        """
        folder, name = split(path)
        with self.folder(folder) as fd:
            status = look(fd, name) if self.follows_links else None
            if status is None or not stat.S_ISLNK(status.st_mode):
                yield fd, name
                return
        real = self.resolve(path)
        if real is None:
            raise _leads_away(path)
        bound, inside = real
        inner, _, name = inside.rpartition("/")
        with Tree(bound).folder(inner) as fd:
            yield fd, name

    def resolve(self, path: str) -> tuple[Path, str] | None:
        """Where a link leads: a real bound and the path below it. None if outside or nowhere."""
        try:
            real = (self.root / path).resolve(strict=True)
            bounds = [bound.resolve(strict=True) for bound in self._bounds]
        except (OSError, RuntimeError):  # RuntimeError: links in a circle, before Python 3.13
            return None
        for bound in bounds:
            if real.is_relative_to(bound):
                inside = real.relative_to(bound).as_posix()
                return bound, "" if inside == "." else inside
        return None

    def is_below(self, real: tuple[Path, str]) -> bool:
        """Whether the root is, or is in, the folder that `resolve` found."""
        bound, inside = real
        return self.root.resolve().is_relative_to(bound / inside)

    def open_file(self, path: str) -> int:
        """A descriptor to read a file by; the caller closes it. Moved where it is no file."""
        with self.place(path) as (folder, name):
            return open_at(folder, name, path)

    def status(self, path: str) -> os.stat_result | None:
        """What is at a path, where links are followed that of its target; None for nothing."""
        with self.place(path) as (folder, name):
            return look(folder, name)

    def _enter(self, parent: int, name: str, here: str, *, create: bool) -> int:
        """Open one segment, made first where asked for."""
        try:
            return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=parent)
        except FileNotFoundError:
            if not create:
                raise
            _make(name, parent)
            return self._enter(parent, name, here, create=False)
        except OSError as error:
            # A link is ENOTDIR to Linux and ELOOP to others; a file is ENOTDIR to all.
            if error.errno not in (errno.ENOTDIR, errno.ELOOP):
                raise
            status = look(parent, name)
            if status is None or not stat.S_ISLNK(status.st_mode):
                raise InTheWay(f"“{shown(here)}” is a file where a folder is needed") from error
        return self._through_link(here)

    def _through_link(self, here: str) -> int:
        """Open the folder behind a link, if links are followed and it is inside."""
        if not self.follows_links:
            raise _is_link(here)
        real = self.resolve(here)
        if real is None:
            raise _leads_away(here)
        bound, inside = real
        # The real path holds no links now; if one is put there, this step refuses it.
        with Tree(bound).folder(inside) as fd:
            return os.dup(fd)


def _make(name: str, parent: int) -> None:
    # Race: another thread on its way to a file of the same folder may be quicker.
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=parent)


def _is_link(path: str) -> Moved:
    return Moved(f"“{shown(path)}” is a symbolic link, which is not followed here")


def _leads_away(path: str) -> Moved:
    return Moved(f"“{shown(path)}” is a symbolic link that leads nowhere, or out of the workspace")
