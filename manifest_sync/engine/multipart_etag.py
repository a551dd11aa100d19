"""Recognising a multipart ETag: whether a local file, cut into parts, gives it."""

import hashlib
from collections.abc import Iterable

from manifest_sync.core.stamps import FileStamp
from manifest_sync.engine.tally import Tally
from manifest_sync.stores.base import Store

_MIB = 1 << 20
_PART_SIZES = (
    *(size * _MIB for size in (5, 8, 10, 15, 16, 25, 32, 50, 64, 100, 128, 256, 512)),
    *(size * 1_000_000 for size in (5, 8, 10, 15, 16, 25, 50, 100)),
)
"""What the common tools use: the AWS CLI and SDKs, s5cmd, rclone, obstore, Terraform."""


def possible_part_sizes(etag: str, size: int) -> tuple[int, ...]:
    """The part sizes that give an object of that size as many parts as its ETag says."""
    _, dash, count = etag.rpartition("-")
    if not dash or not count.isdecimal() or int(count) < 1:
        return ()
    parts = int(count)
    if parts == 1:
        return (max(size, 1),)
    return tuple(part for part in _PART_SIZES if -(-size // part) == parts)


def gives_etag(store: Store, path: str, stamp: FileStamp, etag: str, tally: Tally) -> bool:
    """Whether the file's bytes, cut into parts of some usual size, have this ETag.

    Reads the file once for each part size that fits, rarely more than two; each time counts as
    one MD5 computation.
    """
    return any(
        _etag(store, path, stamp, part, tally) == etag
        for part in possible_part_sizes(etag, stamp.size)
    )


def _etag(store: Store, path: str, stamp: FileStamp, part_size: int, tally: Tally) -> str:
    """MD5 of the parts' MD5s, and their number."""
    digests: list[bytes] = []
    with store.read(path, stamp) as reading:
        part = hashlib.md5(usedforsecurity=False)
        room = part_size
        for piece in _cut(reading.chunks, part_size):
            part.update(piece)
            room -= len(piece)
            if room == 0:
                digests.append(part.digest())
                part, room = hashlib.md5(usedforsecurity=False), part_size
        if room < part_size or not digests:
            digests.append(part.digest())
    tally.hashed()
    whole = hashlib.md5(b"".join(digests), usedforsecurity=False).hexdigest()
    return f"{whole}-{len(digests)}"


def _cut(chunks: Iterable[bytes], part_size: int) -> Iterable[memoryview]:
    """The same bytes, cut so that no piece crosses a part's end."""
    room = part_size
    for chunk in chunks:
        rest = memoryview(chunk)
        while rest:
            piece, rest = rest[:room], rest[room:]
            room = room - len(piece) or part_size
            yield piece
