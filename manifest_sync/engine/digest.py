"""Reading a file once: MD5 for identity, XXH3 to see cheaply that nothing changed."""

import hashlib

import msgspec
import xxhash

from manifest_sync.engine.hashes import Hashes, Unhashed, hashes_of
from manifest_sync.engine.tally import Tally
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import Store

MARGIN_NS = 2_000_000_000
"""How old a file must be before an equal stamp proves equal bytes: FAT stamps in steps of 2 s."""


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
        found = hashes_of(b"".join(reading.chunks), job)
    tally.hashed(found.is_computed)
    return digest_of(found, job, now_ns)


def digest_of(found: Hashes, job: Unhashed, now_ns: int) -> Digest:
    """The digest of a small file whose bytes were read in the state of the job."""
    trusted = not job.stamp.may_hide_a_later_edit(now_ns, MARGIN_NS)
    return Digest(job.stamp, found.md5, found.xxh3, trusted, found.trouble)


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
