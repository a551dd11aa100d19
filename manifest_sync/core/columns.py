"""Rows of a listing in columns: what is as it was remembered is known without an object for it."""

import struct
from collections.abc import Iterator, Sequence

import msgspec

from manifest_sync.core.stamps import FileStamp, ObjectStamp

STAMP = struct.Struct("<QqqQ")
"""Size, mtime_ns, ctime_ns, inode."""
SIZE = struct.Struct("<Q")
"""The beginning of a STAMP."""

Signature = tuple[int, int, int, int]
"""What a STAMP holds, and a `FileStamp`."""


class FileColumns(msgspec.Struct, frozen=True):
    """Some of the files of one folder."""

    paths: list[str]
    signatures: list[Signature]

    def rows(self) -> Iterator[tuple[str, FileStamp]]:
        """One by one."""
        for path, signature in zip(self.paths, self.signatures, strict=True):
            yield path, FileStamp(*signature)


class ObjectColumns(msgspec.Struct, frozen=True):
    """Some objects below a prefix."""

    paths: list[str]
    sizes: Sequence[int]
    etags: list[str]
    """Without quotes."""

    def rows(self) -> Iterator[tuple[str, ObjectStamp]]:
        """One by one."""
        for path, size, etag in zip(self.paths, self.sizes, self.etags, strict=True):
            yield path, ObjectStamp(size, etag)


Columns = FileColumns | ObjectColumns


def pack(stamp: FileStamp) -> bytes:
    """A file's signature, as it is remembered."""
    return STAMP.pack(stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode)


def signatures_of(stamps: bytes) -> list[Signature]:
    """The signatures of a column."""
    return [*STAMP.iter_unpack(stamps)]


def sizes_of(stamps: bytes) -> tuple[int, ...]:
    """The sizes of a column of signatures."""
    rest = STAMP.size - SIZE.size
    return struct.unpack("<" + f"Q{rest}x" * (len(stamps) // STAMP.size), stamps)
