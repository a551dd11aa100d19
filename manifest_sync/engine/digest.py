"""Reading a file once: MD5 for identity, XXH3 to see cheaply that nothing changed."""

import hashlib
from collections.abc import Iterable

import msgspec
import xxhash

from manifest_sync.core.captions import text_trouble
from manifest_sync.core.errors import StoreError
from manifest_sync.core.stamps import FileStamp
from manifest_sync.engine.tally import Tally
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import CHUNK, Store, Whole

MARGIN_NS = 2_000_000_000
"""How old a file must be before an equal stamp proves equal bytes: FAT stamps in steps of 2 s."""


class Unhashed(msgspec.Struct, frozen=True):
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


def digest(store: Store, job: Unhashed, now_ns: int, tally: Tally) -> Digest:
    """Hash a file. Raises StoreError: Moved while it is being written to, Denied unreadable.

    `now_ns` is the file system's clock before the reading began. Where the XXH3 is what it was,
    the bytes are what they were, and their MD5 is not computed again.
    """
    if not job.is_small:
        trusted = not job.stamp.may_hide_a_later_edit(now_ns, MARGIN_NS)
        known = job.comparable
        if known is None or _xxh3_of(store, job) != known.xxh3:
            return _of_large(store, job, trusted, tally)
        return msgspec.structs.replace(known, stamp=job.stamp, trusted=trusted)
    with store.read(job.path, job.stamp) as reading:
        found = _hashes(b"".join(reading.chunks), job)
    tally.hashed(found.is_computed)
    return digest_of(found, job, now_ns)


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
        None if isinstance(whole, StoreError) else _hashes(whole.data, job)
        for job, whole in zip(batch, read, strict=True)
    ]


def digest_of(found: Hashes, job: Unhashed, now_ns: int) -> Digest:
    """The digest of a small file whose bytes were read in the state of the job."""
    trusted = not job.stamp.may_hide_a_later_edit(now_ns, MARGIN_NS)
    return Digest(job.stamp, found.md5, found.xxh3, trusted, found.trouble)


def _hashes(data: bytes, job: Unhashed) -> Hashes:
    trouble = text_trouble(data) if job.is_caption else None
    known, xxh3 = job.comparable, xxhash.xxh3_128_hexdigest(data)
    if known is not None and known.xxh3 == xxh3:
        return Hashes(known.md5, xxh3, trouble, is_computed=False)
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return Hashes(md5, xxh3, trouble, is_computed=True)


def _xxh3_of(store: Store, job: Unhashed) -> str:
    xxh3 = xxhash.xxh3_128()
    with store.read(job.path, job.stamp) as reading:
        for chunk in reading.chunks:
            xxh3.update(chunk)
    return xxh3.hexdigest()


def _of_large(store: Store, job: Unhashed, trusted: bool, tally: Tally) -> Digest:
    """Hash piece by piece. No caption is that long, so nothing is looked into."""
    md5, xxh3 = hashlib.md5(usedforsecurity=False), xxhash.xxh3_128()
    with store.read(job.path, job.stamp) as reading:
        for chunk in reading.chunks:
            md5.update(chunk)
            xxh3.update(chunk)
    tally.hashed()
    return Digest(job.stamp, md5.hexdigest(), xxh3.hexdigest(), trusted)
