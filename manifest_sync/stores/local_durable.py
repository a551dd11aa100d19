"""Which files are not yet on the disk for certain, and how they get there."""

import errno
import os
import threading
from collections import defaultdict

from manifest_sync.core.errors import Moved, NotFound
from manifest_sync.core.listing import self_and_parents
from manifest_sync.stores.local_errors import store_error
from manifest_sync.stores.local_tree import Tree, open_at

_FEW = 16
"""Above as many files one sync(2) of everything is cheaper than one journal commit per file."""
_UNABLE = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOTTY, errno.ENOSYS})
"""What fsync answers on file systems that have none."""


class Unsynced:
    """The paths that changed since the last sync. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paths: set[tuple[Tree, str]] = set()

    def add(self, tree: Tree, path: str) -> None:
        """Note that a file was put at a path, or taken from it."""
        with self._lock:
            self._paths.add((tree, path))

    def sync(self) -> None:
        """Return when all that was noted so far is on the disk: bytes, names and folders.

        StoreError where the disk refuses; what was noted is then noted again.
        """
        with self._lock:
            paths, self._paths = self._paths, set()
        try:
            if len(paths) > _FEW:
                # Writes everything out in one go, but keeps quiet about errors (and does not
                # wait on some systems). The fsyncs below hear of them, and cost little by now.
                os.sync()
            for tree, folder, names in _by_folder(paths):
                _sync_folder(tree, folder, names)
        except BaseException:
            with self._lock:
                self._paths |= paths
            raise


def _by_folder(paths: set[tuple[Tree, str]]) -> list[tuple[Tree, str, list[str]]]:
    """The changed names by folder, with all folders above them: these may be new as well."""
    folders: dict[tuple[Tree, str], list[str]] = defaultdict(list)
    for tree, path in paths:
        folder, _, name = path.rpartition("/")
        for above in self_and_parents(folder):
            folders[tree, above] += ()
        folders[tree, folder].append(name)
    return [(tree, folder, names) for (tree, folder), names in folders.items()]


def _sync_folder(tree: Tree, folder: str, names: list[str]) -> None:
    try:
        with tree.folder(folder) as fd:
            for name in names:
                _sync_file(fd, name, f"{folder}/{name}")
            _fsync(fd, folder)
    except (NotFound, Moved):
        return  # removed by somebody since: nothing is left that could be made durable


def _sync_file(folder: int, name: str, path: str) -> None:
    try:
        fd = open_at(folder, name, path)
    except (NotFound, Moved):
        return  # deleted, or replaced by another program: not ours any more
    try:
        _fsync(fd, path)
    finally:
        os.close(fd)


def _fsync(fd: int, path: str) -> None:
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in _UNABLE:
            raise store_error(error, path, "made durable") from error
