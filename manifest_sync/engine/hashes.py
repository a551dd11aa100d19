"""What the bytes of small files come to: MD5 for identity, XXH3 to see what did not change."""

import hashlib
from collections.abc import Iterable

import msgspec
import xxhash

from manifest_sync.core.caption_text import text_trouble
from manifest_sync.core.errors import StoreError
from manifest_sync.core.stamps import FileStamp
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import CHUNK, Whole


class Unhashed(msgspec.Struct, frozen=True, gc=False):
    """A file whose bytes have to be read before anything can be decided about it."""

    path: str
    stamp: FileStamp
    known: Digest | None
    """What its bytes were when it was last hashed."""
    is_caption: bool

    @property
    def is_small(self) -> bool:
        """Whether it is read in one piece."""
        return self.stamp.size <= CHUNK

    @property
    def comparable(self) -> Digest | None:
        """What is known of bytes that may be the same: as many as there are now."""
        known = self.known
        return known if known is not None and known.stamp.size == self.stamp.size else None


class Hashes(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What the bytes of a small file come to."""

    md5: str
    xxh3: str
    trouble: str | None
    is_computed: bool
    """Whether the MD5 was computed, and not known by the XXH3."""


def hash_small(
    batch: Iterable[Unhashed], read: Iterable[Whole | StoreError]
) -> list[Hashes | None]:
    """What the bytes that were read of small files come to; None where they could not be read."""
    return [
        None if isinstance(whole, StoreError) else hashes_of(whole.data, job)
        for job, whole in zip(batch, read, strict=True)
    ]


def hashes_of(data: bytes, job: Unhashed) -> Hashes:
    """Hash bytes that were read in the state of the job."""
    trouble = text_trouble(data) if job.is_caption else None
    known, xxh3 = job.comparable, xxhash.xxh3_128_hexdigest(data)
    if known is not None and known.xxh3 == xxh3:
        return Hashes(known.md5, xxh3, trouble, is_computed=False)
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return Hashes(md5, xxh3, trouble, is_computed=True)
