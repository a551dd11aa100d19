"""The scan of a folder: every regular file with its signature, and what cannot be listed."""

import os
import stat
from collections.abc import Callable, Sequence
from operator import attrgetter

from manifest_sync.core.columns import FileColumns, Signature
from manifest_sync.core.content import Side
from manifest_sync.core.errors import NotFound, StoreError
from manifest_sync.core.familiar import NOBODY, Familiar
from manifest_sync.core.listing import Found, Problem
from manifest_sync.core.paths import first_unsafe, shown, why_unsafe
from manifest_sync.stores.local_errors import store_error
from manifest_sync.stores.local_part import is_part
from manifest_sync.stores.local_tree import Tree, stamp_of

_Identity = tuple[int, int]
"""Device and inode: what a folder is, under whatever path."""
_AT_ONCE = 1000
"""Files that are compared as a whole with what is known of them."""


class Walk:
    """One scan. What the predicates do not name is neither entered nor a problem.

    `may_enter` is asked about folders, `wants` about everything else.
    """

    def __init__(
        self,
        tree: Tree,
        may_enter: Callable[[str], bool],
        wants: Callable[[str], bool],
        familiar: Familiar = NOBODY,
    ) -> None:
        """Nothing is read before `run`. What is `familiar` is left out."""
        self._tree = tree
        self._familiar = familiar
        self._may_enter = may_enter
        self._wants = wants
        self._files: list[Found] = []
        self._rows: list[Found | Problem] = []
        self._folders: list[str] = []
        self._linked: list[str] = []
        self._entered: set[_Identity] = set()
        self.leftovers: list[str] = []
        """Temporary files that were seen: of a run that was killed, or of one at work."""

    def run(self) -> list[Found | Problem]:
        """Everything, sorted by path. StoreError where the folder itself cannot be read."""
        self._familiar.begin()
        with self._tree.top() as top:
            self._enter(top, "")
            # Real folders first: where a link leads to one of them, it is the link that is
            # left out, whatever order the file system names them in.
            while self._folders or self._linked:
                while self._folders:
                    self._try_to_enter(top, self._folders.pop())
                if self._linked:
                    self._linked.sort(reverse=True)
                    self._try_to_enter(top, self._linked.pop(), by_link=True)
        self._rows += self._usable()
        # Code points sort like UTF-8 bytes, and the whole path decides: `a-b` before `a/b`.
        self._rows.sort(key=attrgetter("path"))
        return self._rows

    def _try_to_enter(self, top: int, folder: str, *, by_link: bool = False) -> None:
        try:
            self._enter(top, folder, by_link=by_link)
        except NotFound:
            return  # gone since its parent was read
        except StoreError as error:
            self._problem(folder, "unreadable", str(error), hides_content=True)

    def _enter(self, top: int, folder: str, *, by_link: bool = False) -> None:
        fd = self._tree.descend(top, folder)
        try:
            if self._tree.follows_links and not self._is_new(fd):
                if by_link:
                    self._link(folder, "leads to a folder that is listed already")
                return
            self._read(fd, folder)
        except OSError as error:
            raise store_error(error, folder or str(self._tree.root), "listed") from error
        finally:
            os.close(fd)

    def _is_new(self, fd: int) -> bool:
        """Whether this folder was not entered before: links may form a circle."""
        status = os.fstat(fd)
        identity = (status.st_dev, status.st_ino)
        if identity in self._entered:
            return False
        self._entered.add(identity)
        return True

    def _read(self, fd: int, folder: str) -> None:
        """List one folder."""
        prefix = folder + "/" if folder else ""
        names: list[str] = []
        others: list[os.DirEntry[str]] = []
        with os.scandir(fd) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    names.append(entry.name)
                else:
                    others.append(entry)
            for entry in others:
                self._other(fd, entry, prefix + entry.name)
        names.sort()
        for start in range(0, len(names), _AT_ONCE):
            columns = _columns(fd, prefix, names[start : start + _AT_ONCE])
            if not self._familiar.knows_all(columns):
                self._files += self._familiar.unknown(columns.rows())

    def _usable(self) -> list[Found]:
        """The files, but for unusable names and temporary files; looked through all at once."""
        files = self._files
        if first_unsafe([row.path for row in files]) is not None:
            files = [row for row in files if not self._is_unsafe(row.path, self._wants)]
        self.leftovers = [row.path for row in files if ".ms-" in row.path and is_part(row.path)]
        if self.leftovers:
            parts = set(self.leftovers)
            files = [row for row in files if row.path not in parts]
        return files

    def _other(self, fd: int, entry: os.DirEntry[str], path: str) -> None:
        """Anything but a regular file."""
        if entry.is_dir(follow_symlinks=False):
            if not self._is_unsafe(path, self._may_enter, hides=True) and self._may_enter(path):
                self._folders.append(path)
        elif entry.is_symlink():
            if not self._is_unsafe(path, self._wants):
                self._symlink(fd, entry.name, path)
        elif not self._is_unsafe(path, self._wants) and self._wants(path):
            self._problem(path, "special_file", "a special file, neither read nor replaced")

    def _symlink(self, fd: int, name: str, path: str) -> None:
        """A link: followed where that is asked for and allowed, else reported where it matters.

        One that leads nowhere may be a folder on a disk that is not mounted.
        """
        try:
            target = os.stat(name, dir_fd=fd)
        except OSError:
            if self._wants(path) or self._may_enter(path):
                self._link(path, "leads nowhere")
            return
        is_folder = stat.S_ISDIR(target.st_mode)
        if not (self._may_enter(path) if is_folder else self._wants(path)):
            return
        if self._tree.follows_links:
            self._follow(path, target)
        else:
            self._link(path, "is not followed")

    def _follow(self, path: str, target: os.stat_result) -> None:
        real = self._tree.resolve(path)
        if real is None:
            self._link(path, "leads out of the workspace, so it is not followed")
        elif self._tree.is_below(real):
            self._link(path, "leads back to a folder that it is in")
        elif stat.S_ISDIR(target.st_mode):
            self._linked.append(path)
        elif stat.S_ISREG(target.st_mode):
            self._rows.append(Found(path, stamp_of(target)))
        else:
            self._problem(path, "special_file", "a link to a special file, which is not read")

    def _is_unsafe(self, path: str, matters: Callable[[str], bool], *, hides: bool = False) -> bool:
        """Whether the path cannot be used; reported where the name would be in scope.

        Reported, and asked about, in its printable form: the raw one may not even be encodable.
        """
        reason = why_unsafe(path)
        if reason is None:
            return False
        if matters(shown(path)):
            self._problem(shown(path), "unsafe_name", f"its name {reason}", hides_content=hides)
        return True

    def _link(self, path: str, what: str) -> None:
        self._problem(path, "link", f"a symbolic link that {what}", hides_content=True)

    def _problem(self, path: str, code: str, message: str, *, hides_content: bool = False) -> None:
        self._rows.append(Problem(path, Side.LOCAL, code, message, hides_content))


def _columns(fd: int, prefix: str, names: Sequence[str]) -> FileColumns:
    """The regular files of a folder that have these names.

    This loop is what the time of a scan is spent in.
    """
    paths: list[str] = []
    signatures: list[Signature] = []
    look = os.stat
    for name in names:
        try:
            status = look(name, dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            continue  # gone since its name was read
        paths.append(prefix + name)
        signatures.append((status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))
    return FileColumns(paths, signatures)
