"""Finding out what a file contains where its stamp does not tell."""

import hashlib

from manifest_sync.core.content import Content
from manifest_sync.core.listing import Entry
from manifest_sync.core.stamps import AbsentStamp, Present, Stamp
from manifest_sync.stores.base import Store


def find_md5(store: Store, path: str, stamp: Present) -> tuple[str, bool]:
    """The MD5 by asking the store (HEAD), at last by reading (GET), and whether it was read.

    Raises StoreError, Moved among them where the file is in another state by now.
    """
    if (told := store.ask_md5(path, stamp)) is not None:
        return told, False
    md5 = hashlib.md5(usedforsecurity=False)
    with store.read(path, stamp) as reading:
        for chunk in reading.chunks:
            md5.update(chunk)
    return md5.hexdigest(), True


def look_at(store: Store, path: str) -> Entry | None:
    """What is at one path that no listing tells of; None where nothing is. Raises StoreError."""
    stamp = store.stat(path)
    if isinstance(stamp, AbsentStamp):
        return None
    md5 = store.told_md5(stamp) or find_md5(store, path, stamp)[0]
    return Entry(Content(stamp.size, md5), stamp)


def holds(store: Store, path: str, stamp: Stamp, content: Content | None) -> bool:
    """Whether a file in that state has this content; None is absence. Raises StoreError."""
    if isinstance(stamp, AbsentStamp) or content is None:
        return isinstance(stamp, AbsentStamp) and content is None
    if stamp.size != content.size:
        return False
    told = store.told_md5(stamp)
    return (told or find_md5(store, path, stamp)[0]) == content.md5
