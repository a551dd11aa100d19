"""Bytes on their way from one side to the other, checked before they are believed."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager

import xxhash

from manifest_sync.core.content import Content
from manifest_sync.core.errors import Corrupted, Moved
from manifest_sync.core.plan import Source
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.stamps import FileStamp
from manifest_sync.stores.base import Reading, Store, Whole
from manifest_sync.stores.bodies import NO_NOTES


class CheckedBody:
    """A source's bytes, which must turn out to be the content that was promised.

    Where their XXH3 is known (a local file that was hashed), it is compared, which is thirty
    times cheaper than MD5; else the MD5 is.
    """

    def __init__(
        self, store: Store, source: Source, content: Content, known_xxh3: str | None = None
    ) -> None:
        """`known_xxh3` belongs to the source's stamp."""
        self.content = content
        self.modified_ns = source.stamp.mtime_ns if isinstance(source.stamp, FileStamp) else 0
        self.xxh3 = known_xxh3
        """Of the bytes; known once they have been read to their end."""
        self.notes = NO_NOTES
        self._store = store
        self._source = source
        self._known_xxh3 = known_xxh3

    def chunks(self, size: int | None = None) -> Iterator[bytes]:
        """Read the source, in pieces of exactly `size` but for the last, or as they come.

        Raises Moved where a file, and Corrupted where an object, is not what was promised.
        """
        xxh3 = xxhash.xxh3_128()
        md5 = hashlib.md5(usedforsecurity=False) if self._known_xxh3 is None else None
        read = 0
        with self._opened() as reading:
            self.modified_ns = reading.modified_ns
            for chunk in _regrouped(reading.chunks, size) if size else reading.chunks:
                if not chunk:
                    continue  # it is not to pass for the last
                read += len(chunk)
                xxh3.update(chunk)
                if md5 is not None:
                    md5.update(chunk)
                if read < self.content.size:
                    yield chunk
                else:
                    last = chunk
            if read != self.content.size or not self._is_promised(xxh3, md5):
                raise broken_promise(self._source)
            self.xxh3 = xxh3.hexdigest()
            if read:
                yield last

    def _opened(self) -> AbstractContextManager[Reading]:
        source = self._source
        if isinstance(source, KeptSource):
            return self._store.trash.read(source.kept_at, source.stamp)
        return self._store.read(source.path, source.stamp)

    def _is_promised(self, xxh3: "xxhash.xxh3_128", md5: "hashlib._Hash | None") -> bool:
        if md5 is None:
            return xxh3.hexdigest() == self._known_xxh3
        return md5.hexdigest() == self.content.md5


def checked(whole: Whole, source: Source, content: Content, known_xxh3: str | None) -> str:
    """The XXH3 of a source that was read in one piece; raises where it is not what was promised."""
    data, xxh3 = whole.data, xxhash.xxh3_128_hexdigest(whole.data)
    if known_xxh3 is not None:
        is_promised = xxh3 == known_xxh3
    else:
        md5 = whole.md5 or hashlib.md5(data, usedforsecurity=False).hexdigest()
        is_promised = md5 == content.md5
    if len(data) != content.size or not is_promised:
        raise broken_promise(source)
    return xxh3


def broken_promise(source: Source) -> Moved | Corrupted:
    """Why a source's bytes are not the ones that were promised: Moved where it was edited."""
    if isinstance(source, KeptSource):
        return Corrupted(f"the bytes at {source.kept_at} are not those of “{source.path}”")
    if isinstance(source.stamp, FileStamp):
        return Moved(f"“{source.path}” changed while it was being read")
    return Corrupted(f"the bytes of “{source.path}” that arrived are not the bytes S3 announced")


def _regrouped(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of exactly `size`, but for the last."""
    gathered = bytearray()
    for chunk in chunks:
        if not gathered and len(chunk) == size:
            yield chunk
            continue
        gathered += chunk
        while len(gathered) >= size:
            yield bytes(gathered[:size])
            del gathered[:size]
    if gathered:
        yield bytes(gathered)
