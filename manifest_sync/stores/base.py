"""The protocol every store satisfies. tests/stores/contract.py is its executable form."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import StoreError
from manifest_sync.core.familiar import NOBODY, Familiar
from manifest_sync.core.listing import Found, Problem
from manifest_sync.core.stamps import Present, Stamp

CHUNK = 1 << 20
"""Bytes of one piece when a file is read or written piece by piece."""


class Request(StrEnum):
    """The kinds of request an S3 server is asked; what a run's statistics count."""

    LIST = "list"
    HEAD = "head"
    GET = "get"
    PUT = "put"
    COPY = "copy"
    DELETE = "delete"


class Many(StrEnum):
    """What a store does with many files in one call."""

    READ = "read"
    CREATE = "create"
    REPLACE = "replace"
    COPY = "copy"
    DELETE = "delete"


OnRequest = Callable[[Request, int], None]
"""Called with a kind and how many of it were just issued; from any thread."""


class Limits(msgspec.Struct, frozen=True):
    """How far the methods for many may go."""

    at_a_time: int
    """Requests."""
    stopped: Callable[[], bool] = lambda: False
    """Whether nothing more is to be begun."""


class Reading(msgspec.Struct):
    """A file or object being read."""

    stamp: Present
    chunks: Iterator[bytes]
    modified_ns: int
    """The file's mtime; for an object the `mtime` of its metadata (rclone's), else LastModified."""
    notes: Mapping[str, str] = {}
    """What an object's metadata says besides; nothing of a file."""


class Whole(msgspec.Struct, frozen=True, gc=False):
    """A small file or object, read in one piece."""

    data: bytes
    modified_ns: int
    """As `Reading.modified_ns`."""
    md5: str | None = None
    """Of the data; known where it was computed while other files were on their way."""


class Body(Protocol):
    """Bytes to be written. May be opened again when a write is tried again."""

    @property
    def content(self) -> Content:
        """What the chunks will add up to."""
        ...

    @property
    def modified_ns(self) -> int:
        """The mtime the file is to have, and the object's `mtime` metadata.

        Of a body that comes from S3 it is known once the chunks have begun.
        """
        ...

    @property
    def notes(self) -> Mapping[str, str]:
        """ASCII names and values to be said beside an object's bytes; a folder drops them."""
        ...

    def chunks(self, size: int | None = None) -> Iterator[bytes]:
        """The bytes, in pieces of exactly `size` but for the last; without a size, as they come.

        Raises Moved or Corrupted *before the iterator ends* where they are not the content
        that was promised: a store commits only what came to an end.
        """
        ...


class Written(msgspec.Struct, frozen=True):
    """What a write, copy or delete left behind."""

    stamp: Stamp
    kept_at: str | None = None
    """Where the bytes are now that were replaced or deleted; None where none were."""


class NewCopy(msgspec.Struct, frozen=True):
    """A copy that is to be made where nothing is."""

    source: str
    stamp: Present
    """The state in which the source is to be."""
    path: str


class Replacement(msgspec.Struct, frozen=True):
    """Bytes that are to take the place of others."""

    path: str
    body: Body
    expect: Present


class KeptFile(msgspec.Struct, frozen=True):
    """One file found in a trash."""

    kept_at: str
    size: int


class Earlier(msgspec.Struct, frozen=True):
    """A state that a file was once in, and that can still be read."""

    path: str
    kept_at: str
    stamp: Present


class Trash(Protocol):
    """What one side has kept of files that were replaced or deleted, each by its `kept_at`."""

    def stat(self, kept_at: str) -> Stamp:
        """The state of kept bytes; ABSENT where they are gone."""
        ...

    def read(self, kept_at: str, stamp: Present) -> AbstractContextManager[Reading]:
        """Open kept bytes in exactly that state; Moved where they are in another, or gone."""
        ...

    def ask_md5(self, kept_at: str, stamp: Present) -> str | None:
        """The MD5 that is remembered beside kept bytes; as `Store.ask_md5`."""
        ...

    def earlier(self, paths: Collection[str]) -> Iterator[Earlier]:
        """What was once at these paths, whoever has replaced or deleted it; in no order.

        None in a folder's trash: it is one workspace's own, whose history knows all of it.
        """
        ...

    def list(self, lineage: str) -> Iterator[KeptFile]:
        """Whatever was kept under a name that begins with `<lineage>-`, in no order.

        Nothing for the versions of a bucket: these are told by its own means.
        """
        ...

    def drop(self, kept_at: str) -> None:
        """Destroy kept bytes; nothing happens where they are gone. Versions are refused."""
        ...


class Store(Protocol):
    """One side of one style. Paths are relative to it. Safe to call from several threads.

    Nothing here can destroy bytes: what is replaced or deleted is kept first, below a name
    (`keep_under`) that the caller has journalled.

    Every method may raise StoreError: Denied, Transient (worth another try), Corrupted.
    """

    side: Side

    @property
    def keeps(self) -> bool:
        """Whether what is replaced or deleted is kept; not where the trash is off."""
        ...

    @property
    def trash(self) -> Trash:
        """What was kept here, by this store or by any other of the side."""
        ...

    def list(self, familiar: Familiar = NOBODY) -> Iterator[Found | Problem]:
        """Every file there is, in path order (UTF-8 bytes), with problems among them.

        Without those that are `familiar`: each of them was asked about, once, and is as it is
        known. Raises where the listing cannot be completed; half of one is never taken for a whole.
        """
        ...

    def stat(self, path: str) -> Stamp:
        """The state of a path now; ABSENT where nothing is."""
        ...

    def told_md5(self, stamp: Present) -> str | None:
        """The MD5 that a stamp tells by itself: an ETag that is one. None where it tells none."""
        ...

    def ask_md5(self, path: str, stamp: Present) -> str | None:
        """The MD5 that the store remembers beside the bytes (`md5chksum`, a full-object MD5).

        Costs an S3 store one HEAD. None where nothing is remembered; then only reading tells.
        """
        ...

    def read(self, path: str, stamp: Present) -> AbstractContextManager[Reading]:
        """Open a file in exactly that state. Raises Moved where it is in another, or gone."""
        ...

    def gains_by(self, many: Many) -> bool:
        """Whether it does many of these together sooner than as many threads each by itself."""
        ...

    def read_small(
        self, files: Sequence[tuple[str, Present]], *, limits: Limits
    ) -> Iterator[Whole | StoreError]:
        """Small files, each read as `read` does it.

        Of this and the other methods for many: what comes is in their order, and what is wrong
        with one, as the method for one would raise it, is in its place; NotBegun where, after
        something else went wrong or when it was to stop, it was not tried.
        """
        ...

    def write(self, path: str, body: Body, *, expect: Stamp, keep_under: str) -> Written:
        """Put the body at the path, where `expect` still holds; else raise Moved, nothing touched.

        Nobody ever sees half a file. What is replaced is kept.
        """
        ...

    def create_small(
        self, files: Sequence[tuple[str, Body]], *, limits: Limits
    ) -> Iterator[Written | StoreError]:
        """Write small files where nothing is, each as `write` does it with ABSENT expected."""
        ...

    def replace_small(
        self, files: Sequence[Replacement], *, keep_under: str, limits: Limits
    ) -> Iterator[Written | StoreError]:
        """Write small files in the place of others, each as `write` does it."""
        ...

    def copy(
        self, source: str, stamp: Present, path: str, *, expect: Stamp, keep_under: str
    ) -> Written:
        """Copy within the store; conditions on both ends as in `read` and `write`."""
        ...

    def copy_many(
        self, copies: Sequence[NewCopy], *, limits: Limits
    ) -> Iterator[Written | StoreError]:
        """Copy to where nothing is, each as `copy` does it with ABSENT expected."""
        ...

    def delete(self, path: str, *, expect: Present, keep_under: str) -> Written:
        """Take the file away, where `expect` still holds; its bytes are kept."""
        ...

    def delete_many(
        self, files: Sequence[tuple[str, Present]], *, keep_under: str, limits: Limits
    ) -> Iterator[Written | StoreError]:
        """Take files away, each as `delete` does it."""
        ...

    def bring_back(
        self, kept_at: str, stamp: Present, path: str, *, expect: Stamp, keep_under: str
    ) -> Written:
        """Copy kept bytes to a path; they stay in the trash. Conditions on both ends, as in `copy`.

        What they are is for the caller to check before.
        """
        ...

    def kept_at(self, path: str, stamp: Present, keep_under: str) -> str | None:
        """Where the bytes of a file in that state were kept under this name; None where not.

        For who lost the answer to a `write`, `copy` or `delete`, and so its `kept_at`.
        """
        ...

    def flush(self) -> None:
        """Make durable what was written so far; called before its outcomes are recorded."""
        ...
