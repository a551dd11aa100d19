"""Bytes that a run took away and that this machine still has: no request, and nothing restored."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress

from manifest_sync.core.content import Side
from manifest_sync.core.errors import NotFound, StoreError
from manifest_sync.core.history import Deletion
from manifest_sync.core.stamps import FileStamp
from manifest_sync.stores.base import Store


def bytes_at_hand(folder: Store, deletion: Deletion, most: int) -> bytes:
    """The bytes of a deletion, from the local trash or the path in the folder.

    Raises NotFound where neither has them, or they are more than `most`.
    """
    if deletion.content.size <= most:
        with suppress(StoreError):
            for data in _candidates(folder, deletion):
                if hashlib.md5(data, usedforsecurity=False).hexdigest() == deletion.content.md5:
                    return data
    raise NotFound("The bytes are not on this machine.")


def _candidates(folder: Store, deletion: Deletion) -> Iterator[bytes]:
    """What may be the bytes: files of their size."""
    kept_at, size = deletion.kept_at, deletion.content.size
    if deletion.side is Side.LOCAL and kept_at is not None:
        kept = folder.trash.stat(kept_at)
        if isinstance(kept, FileStamp) and kept.size == size:
            with folder.trash.read(kept_at, kept) as reading:
                yield b"".join(reading.chunks)
    there = folder.stat(deletion.path)
    if isinstance(there, FileStamp) and there.size == size:
        with folder.read(deletion.path, there) as reading:
            yield b"".join(reading.chunks)
