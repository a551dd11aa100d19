"""A file on its way: written under a temporary name in the folder where it is to live."""

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

from manifest_sync.core.errors import Corrupted
from manifest_sync.core.paths import shown
from manifest_sync.stores.local_errors import appeared, telling
from manifest_sync.stores.local_tree import look

_NAME = re.compile(r"(?:^|/)\.ms-[0-9a-f]{16}\.part\Z")
_PERMISSIONS = stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

NO_LINKS = frozenset(
    {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
)
"""What link(2) answers where hard links are not to be had (FAT, some network file systems,
another disk) or not allowed (fs.protected_hardlinks)."""


def is_part(path: str) -> bool:
    """Whether a path is exactly of the form of our temporary files."""
    return _NAME.search(path) is not None


class PartFile:
    """One temporary file; as a context manager it is gone afterwards unless it was put in place."""

    def __init__(self, folder: int, path: str, done: str = "written") -> None:
        """`folder` is open and stays so; the others are for messages: "“path” cannot be `done`"."""
        self._folder = folder
        self._path = path
        self._done = done
        self.name = f".ms-{secrets.token_hex(8)}.part"
        with telling(path, done):
            # 0o666 less the umask, which the kernel takes off: as any program's new file.
            self._fd = os.open(self.name, _NEW, 0o666, dir_fd=folder)
        self._is_open = True
        self._is_here = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.discard()

    def discard(self) -> None:
        """Remove the file, unless it was put in place."""
        if self._is_open:
            self._is_open = False
            with suppress(OSError):
                os.close(self._fd)
        if self._is_here:
            self._is_here = False
            with suppress(OSError):
                os.unlink(self.name, dir_fd=self._folder)

    def fill(self, chunks: Iterable[bytes], size: int) -> None:
        """Write all chunks. Corrupted where they do not add up to `size` bytes."""
        written = 0
        for chunk in chunks:
            with telling(self._path, self._done):
                rest = memoryview(chunk)
                while rest:
                    rest = rest[os.write(self._fd, rest) :]
            written += len(chunk)
        if written != size:
            raise Corrupted(f"“{shown(self._path)}” came to {written} bytes instead of {size}")

    def finish(
        self, modified_ns: int, mode: int | None, *, durable: bool = False
    ) -> os.stat_result:
        """Set time and, where given, permission bits; close. The file is complete then.

        Closed before it is put in place, because a network file system may report only then
        that the bytes did not fit.
        """
        with telling(self._path, self._done):
            # A time beyond what the system can hold (metadata is anybody's) is not worth a failure.
            with suppress(OverflowError):
                os.utime(self._fd, ns=(modified_ns, modified_ns))
            if mode is not None and (os.fstat(self._fd).st_mode ^ mode) & _PERMISSIONS:
                os.fchmod(self._fd, mode & _PERMISSIONS)
            if durable:
                os.fsync(self._fd)
            status = os.fstat(self._fd)
            self._is_open = False
            os.close(self._fd)
        return status

    def become(self, name: str) -> None:
        """Take a name that nobody has. Moved where somebody has it after all."""
        with telling(self._path, self._done):
            try:
                # Unlike a rename, a link never takes the place of what is there.
                os.link(
                    self.name,
                    name,
                    src_dir_fd=self._folder,
                    dst_dir_fd=self._folder,
                    follow_symlinks=False,
                )
            except FileExistsError as error:
                raise appeared(self._path) from error
            except OSError as error:
                if error.errno not in NO_LINKS:
                    raise
                # Race: what appears between this look and the rename is lost. There is no
                # better way on a file system without links.
                if look(self._folder, name) is not None:
                    raise appeared(self._path) from error
                self.replace(name)
                return
        # The file is in place: that its second name stays is no failure, but a leftover.
        self._is_here = False
        with suppress(OSError):
            os.unlink(self.name, dir_fd=self._folder)

    def replace(self, name: str) -> None:
        """Take the place of the file of that name, at once."""
        with telling(self._path, self._done):
            os.rename(self.name, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        self._is_here = False
