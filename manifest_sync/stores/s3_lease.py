"""One writer at a time, on a server that minds no condition: a lease, as an object of its own.

Whoever wants it lays down a claim and then lists them all. A claim counts from the moment it is
written, so of two that overlap at least one sees the other; each that sees another takes its own
back and tries again after a random while. What a killed holder leaves expires by the server's
clock, the only one that all of them share; who comes after it in the same workspace, where there
is only one at a time, takes it over at once, or takes it back.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import msgspec

from manifest_sync.core.errors import StoreError, Transient
from manifest_sync.stores.base import OnRequest, Request
from manifest_sync.stores.s3_connection import S3Connection

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

LEASE_FOLDER = ".manifest-sync-lease"
EXPIRES = timedelta(minutes=5)
"""A claim that is older belongs to nobody. Longer than a write that was begun in time can take,
with all that the SDK does to get it through."""
_BEGIN_WITHIN = 60.0
"""Seconds in which the holder has to begin what it took the lease for."""
_TRIES = 8
_PAUSE = 0.25
"""Seconds, on average, before the second try; doubled for each further one, up to 4."""


class Lease(msgspec.Struct, frozen=True):
    """The right to write one key."""

    connection: S3Connection
    key: str
    on_request: OnRequest
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    @property
    def prefix(self) -> str:
        """Where the claims are: beside the prefix that the key is in, never below it."""
        *folders, name = self.key.split("/")
        return "/".join([*folders[:-1], LEASE_FOLDER, *folders[-1:], name, ""])

    @property
    def _own_prefix(self) -> str:
        """Where the claims of this workspace are."""
        holder = self.connection.holder
        return f"{self.prefix}{holder}-" if holder is not None else self.prefix

    @contextmanager
    def held(self) -> Iterator[Callable[[], None]]:
        """Keep everybody else from the key; gives what to call before each step that writes.

        That raises Transient where too much time has gone by, and so does this where somebody
        else holds the lease all along.
        """
        begun, claim, version = self._claim()

        def still() -> None:
            if self.clock() - begun > _BEGIN_WITHIN:
                raise Transient(f"S3 was too slow to keep others from {self.key} meanwhile")

        try:
            yield still
        finally:
            # What cannot be taken back expires.
            with suppress(StoreError):
                self._withdraw(claim, version)

    def take_back(self) -> None:
        """Free what a killed run of this workspace had claimed, so that nobody waits for it.

        Only for who is alone in the workspace. Raises StoreError.
        """
        for claim in self._list(self._own_prefix).get("Contents", ()):
            if self._was_ours(claim["Key"]):
                self._withdraw(claim["Key"], None)

    def _claim(self) -> tuple[float, str, str | None]:
        """Lay down the only claim: since when it is held, its key and its version."""
        for number in range(_TRIES):
            if number:
                self.pause(random.uniform(0, 2) * min(4, _PAUSE * 2 ** (number - 1)))  # noqa: S311
            begun = self.clock()
            claim = f"{self._own_prefix}{uuid.uuid4().hex}"
            version = self._lay_down(claim)
            try:
                if not self._others(claim):
                    return begun, claim, version
            except BaseException:
                with suppress(StoreError):
                    self._withdraw(claim, version)
                raise
            self._withdraw(claim, version)
        minutes = EXPIRES.seconds // 60
        raise Transient(
            f"somebody else is writing {self.key}, or was cut off while doing so; "
            f"in {minutes} minutes at the latest it is free again"
        )

    def _lay_down(self, claim: str) -> str | None:
        connection = self.connection
        self.on_request(Request.PUT, 1)
        with connection.doing(f"write {claim}"):
            done = connection.client.put_object(Bucket=connection.bucket, Key=claim, Body=b"")
        return done.get("VersionId")

    def _others(self, own: str) -> bool:
        """Whether anybody else has a claim that counts; all that count no more are cleared away."""
        found = self._list(self.prefix)
        now = _server_time(found["ResponseMetadata"]["HTTPHeaders"])
        others = [each for each in found.get("Contents", ()) if each["Key"] != own]
        void = [
            each["Key"]
            for each in others
            if now - each["LastModified"] > EXPIRES or self._was_ours(each["Key"])
        ]
        for key in void:
            self._withdraw(key, None)
        return len(others) > len(void)

    def _list(self, prefix: str) -> "ListObjectsV2OutputTypeDef":
        """The claims below a prefix. They are never so many that one answer does not tell all."""
        connection = self.connection
        self.on_request(Request.LIST, 1)
        with connection.doing(f"list {prefix}"):
            return connection.client.list_objects_v2(Bucket=connection.bucket, Prefix=prefix)

    def _was_ours(self, claim: str) -> bool:
        """Whether a killed run of this workspace has left a claim."""
        return self._own_prefix != self.prefix and claim.startswith(self._own_prefix)

    def _withdraw(self, claim: str, version: str | None) -> None:
        connection = self.connection
        self.on_request(Request.DELETE, 1)
        with connection.doing(f"delete {claim}"):
            if version is None:
                connection.client.delete_object(Bucket=connection.bucket, Key=claim)
            else:
                connection.client.delete_object(
                    Bucket=connection.bucket, Key=claim, VersionId=version
                )


def _server_time(headers: dict[str, str]) -> datetime:
    """When the server answered."""
    try:
        # Always in UTC, though not every server says so (RFC 9110, §5.6.7).
        return parsedate_to_datetime(headers["date"]).replace(tzinfo=UTC)
    except (KeyError, ValueError) as error:
        raise StoreError("S3 does not say what time it is, so no lease can be had") from error
