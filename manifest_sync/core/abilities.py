"""What an endpoint does with what it is asked: found out by asking, never believed."""

from enum import StrEnum

import msgspec


class Spelling(StrEnum):
    """How an ETag is to be written in If-Match. Ceph RGW enforces only the bare form."""

    QUOTED = "quoted"
    BARE = "bare"

    def of(self, etag: str) -> str:
        """An ETag, which comes without quotes, as a condition says it."""
        return f'"{etag}"' if self is Spelling.QUOTED else etag


class Versioning(StrEnum):
    """Whether a bucket keeps what is replaced or deleted. Suspended versioning does not."""

    ENABLED = "enabled"
    SUSPENDED = "suspended"
    NONE = "none"
    UNKNOWN = "unknown"


class Guard(msgspec.Struct, frozen=True):
    """Which conditions are enforced for one way of writing."""

    create: bool = False
    """`If-None-Match: *`: only where nothing is."""
    update: Spelling | None = None
    """`If-Match`: only in the place of that state; None where it is not enforced."""


class Unguarded(StrEnum):
    """A kind of change that S3 makes without a condition, so it is looked first and acted then."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    COPY = "copy"
    PARTS = "parts"
    """Objects of more than 64 MiB, whether they are new or not."""


LARGEST_SINGLE = 64 * 1024 * 1024
"""Bytes of the largest object that is sent in one request; above it is sent in parts."""


class Abilities(msgspec.Struct, frozen=True):
    """What one endpoint enforces and accepts in one bucket; by default nothing is known of it."""

    put: Guard = Guard()
    copy: Guard = Guard()
    parts: Guard = Guard()
    """Of completing a multipart upload."""
    delete: Spelling | None = None
    batch_delete: bool = False
    """Whether DeleteObjects minds the ETag beside each key."""
    content_md5: bool = False
    """Whether bytes that do not match Content-MD5 are refused. Only `doctor` finds out."""
    etag_is_md5: bool = False
    checksums: tuple[str, ...] = ()
    """The checksum headers (`x-amz-checksum-…`) that are accepted. Only `doctor` finds out."""
    versioning: Versioning = Versioning.UNKNOWN

    @property
    def unguarded(self) -> tuple[Unguarded, ...]:
        """The kinds of change between whose look and act somebody else may come."""
        guarded = {
            Unguarded.CREATE: self.put.create,
            Unguarded.UPDATE: self.put.update is not None,
            Unguarded.DELETE: self.delete is not None,
            Unguarded.COPY: self.copy.create and self.copy.update is not None,
            Unguarded.PARTS: self.parts.create and self.parts.update is not None,
        }
        return tuple(kind for kind, is_guarded in guarded.items() if not is_guarded)
