"""Bytes that are in memory already, as a body to be written."""

import hashlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec

from manifest_sync.core.content import Content
from manifest_sync.stores.base import CHUNK

NO_NOTES: Mapping[str, str] = MappingProxyType({})


class BytesBody(msgspec.Struct, frozen=True):
    """A body whose bytes are all there: they are what they are, so nothing can go wrong."""

    data: bytes
    content: Content
    modified_ns: int
    notes: Mapping[str, str] = NO_NOTES

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes in pieces."""
        for start in range(0, len(self.data), size):
            yield self.data[start : start + size]


def content_of(data: bytes) -> Content:
    """Size and MD5 of some bytes."""
    return Content(len(data), hashlib.md5(data, usedforsecurity=False).hexdigest())


def bytes_body(data: bytes, modified_ns: int, notes: Mapping[str, str] = NO_NOTES) -> BytesBody:
    """The body that holds these bytes."""
    return BytesBody(data, content_of(data), modified_ns, notes)
