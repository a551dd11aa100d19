"""Bringing kept bytes back to their path, once they are known to be the ones that were kept."""

import hashlib

import xxhash

from manifest_sync.core.content import Content
from manifest_sync.core.errors import Corrupted
from manifest_sync.core.paths import shown
from manifest_sync.core.plan import Change
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.stamps import FileStamp, Present
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import Store, Written


def bring_back(
    change: Change, source: KeptSource, content: Content, target: Store, keep_under: str
) -> tuple[Written, Digest | None]:
    """Make a change whose bytes are in the trash, and tell the digest of the file it leaves.

    Raises Corrupted, with nothing changed, where the trash holds other bytes by now.
    """
    md5, xxh3 = target.told_md5(source.stamp), None
    if md5 is None:
        md5, xxh3 = digests(target, source.kept_at, source.stamp)
    if Content(source.stamp.size, md5) != content:
        raise Corrupted(
            f"the bytes at {shown(source.kept_at)} are not the ones that were kept there, so "
            "nothing was changed"
        )
    written = target.bring_back(
        source.kept_at,
        source.stamp,
        change.path,
        expect=change.precondition,
        keep_under=keep_under,
    )
    if isinstance(written.stamp, FileStamp) and xxh3 is not None:
        # Written a moment ago, so a later edit may still hide behind this very stamp.
        return written, Digest(written.stamp, md5, xxh3, trusted=False)
    return written, None


def digests(store: Store, kept_at: str, stamp: Present) -> tuple[str, str]:
    """MD5 and XXH3 of kept bytes, by reading them."""
    md5, xxh3 = hashlib.md5(usedforsecurity=False), xxhash.xxh3_128()
    with store.trash.read(kept_at, stamp) as reading:
        for chunk in reading.chunks:
            md5.update(chunk)
            xxh3.update(chunk)
    return md5.hexdigest(), xxh3.hexdigest()
