"""A store under test, what is put into it, and bodies that break off."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from manifest_sync.core.stamps import ABSENT, AbsentStamp, Present, Stamp
from manifest_sync.stores.base import CHUNK, Store, Written
from manifest_sync.stores.bodies import NO_NOTES, bytes_body, content_of

MTIME_NS = 1_700_000_000_123_456_000
"""An mtime with microseconds: the finest that every file system and S3 metadata keep."""

ODD_NAMES = (
    "with spaces.png",
    " leading space.txt",
    "trailing space .png",
    "caf\u00e9.png",
    "cafe\u0301.txt",
    "plus+and&percent%25hash#.png",
    "question?.png",
    "apostrophe's = ~tilde~ @at, semi;colon!.txt",
    "(round) [square] {curly}.png",
    'quote".png',
    "aa:b|c<d>e*f^g$h`.txt",
    "%2F%2e%2e.png",
    "日本語/写真.jpg",
    "\U0001f600 emoji.png",
    "100% + 1.png",
    "x..y.png",
    "...dots.png",
    "deep/er/and/deeper/still.png",
)


@dataclass(frozen=True)
class StoreUnderTest:
    """A fresh, empty store, and ways past it to see and to change what it holds."""

    store: Store
    put: Callable[[str, bytes], None]
    """Somebody else writes a file, knowing nothing of us. Its stamp must become another one: a
    local folder's may have to wait for the next tick of the file system's clock."""
    drop: Callable[[str], None]
    """Somebody else deletes a file."""
    kept: Callable[[str], bytes]
    """The bytes that a `kept_at` leads to."""

    def stamp(self, path: str) -> Present:
        """The state of a file that is there."""
        return present(self.store.stat(path))

    def bytes_at(self, path: str) -> bytes:
        """What the store reads at a path."""
        with self.store.read(path, self.stamp(path)) as reading:
            return b"".join(reading.chunks)

    def paths(self) -> list[str]:
        """What the store lists."""
        return [found.path for found in self.store.list()]

    def create(self, path: str, data: bytes) -> Written:
        """A write where nothing is."""
        return self.write(path, data, ABSENT)

    def write(self, path: str, data: bytes, expect: Stamp) -> Written:
        """A write of plain bytes."""
        return self.store.write(
            path, bytes_body(data, MTIME_NS), expect=expect, keep_under=new_name()
        )


class Cut:
    """A body that finds out midway that its file has changed."""

    modified_ns = MTIME_NS
    notes = NO_NOTES

    def __init__(self, data: bytes, error: BaseException) -> None:
        self._data = data
        self._error = error
        self.content = content_of(data)

    def chunks(self, size: int | None = None) -> Iterator[bytes]:
        half, size = len(self._data) // 2, size or CHUNK
        for start in range(0, half, size):
            yield self._data[start : min(start + size, half)]
        raise self._error


def present(stamp: Stamp) -> Present:
    assert not isinstance(stamp, AbsentStamp)
    return stamp


_numbers = itertools.count()


def patterned(size: int) -> bytes:
    """Bytes of which no two blocks are alike."""
    return b"".join(i.to_bytes(4) * 256 for i in range(size // 1024 + 1))[:size]


def new_name() -> str:
    """A `keep_under` that nothing else uses, as the ids of applies are."""
    return f"apply {next(_numbers)}"
