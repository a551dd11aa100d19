"""Bytes that are in memory already, as a body to be written."""

import hashlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec

from manifest_sync.core.content import Content
from manifest_sync.core.errors import Corrupted
from manifest_sync.stores.base import Body

NO_NOTES: Mapping[str, str] = MappingProxyType({})


class BytesBody(msgspec.Struct, frozen=True):
    """A body whose bytes are all there: they are what they are, so nothing can go wrong."""

    data: bytes
    content: Content
    modified_ns: int
    notes: Mapping[str, str] = NO_NOTES

    def chunks(self, size: int | None = None) -> Iterator[bytes]:
        """The bytes in pieces, or in one."""
        step = size or max(len(self.data), 1)
        for start in range(0, len(self.data), step):
            yield self.data[start : start + step]


def gathered(body: Body) -> bytearray:
    """All the bytes of a body, in one place and held only once.

    Raises Corrupted where they are not as many as were promised, or what the body raises.
    """
    size, read = body.content.size, 0
    data = bytearray(size)
    for chunk in body.chunks():
        data[read : read + len(chunk)] = chunk
        read += len(chunk)
    if read != size:
        raise Corrupted(f"{read} bytes came instead of {size}")
    return data


def content_of(data: bytes) -> Content:
    """Size and MD5 of some bytes."""
    return Content(len(data), hashlib.md5(data, usedforsecurity=False).hexdigest())


def bytes_body(data: bytes, modified_ns: int, notes: Mapping[str, str] = NO_NOTES) -> BytesBody:
    """The body that holds these bytes."""
    return BytesBody(data, content_of(data), modified_ns, notes)
