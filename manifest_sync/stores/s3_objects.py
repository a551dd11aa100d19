"""Single objects of a bucket by key: what they are now, copying them, keeping what they were."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from manifest_sync.core.errors import Corrupted, Denied, Moved, NotFound, StoreError
from manifest_sync.core.stamps import ABSENT, ObjectStamp, Stamp, agree
from manifest_sync.stores.base import OnRequest, Request
from manifest_sync.stores.s3_address import S3Place
from manifest_sync.stores.s3_conditions import NO_CONDITION, Condition, OneState
from manifest_sync.stores.s3_connection import S3Connection
from manifest_sync.stores.s3_errors import status_of
from manifest_sync.stores.s3_headers import bare, looks_like_md5, md5_of_base64

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CopySourceTypeDef, HeadObjectOutputTypeDef

_MD5_DIGITS = 32
_UNEXPLAINED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
LARGEST_COPY = 5 * 1024**3
"""Of one CopyObject (S3 API reference)."""

PAGE = 1000
"""Entries of one listing of versions: S3's limit."""
NO_VERSION = "null"
"""The id of what was written without versions (S3 user guide, "Versioning"); overwritten in place
while versioning is suspended."""


class S3Objects(msgspec.Struct, frozen=True):
    """A bucket's objects, through one connection, counted for one style."""

    connection: S3Connection
    on_request: OnRequest

    def head(self, key: str) -> "HeadObjectOutputTypeDef | None":
        """What S3 says of an object, checksums included; None where there is none."""
        self.on_request(Request.HEAD, 1)
        connection = self.connection
        try:
            with connection.doing(f"look at {key}"), self._explained(key):
                head = connection.plain.head(key) or connection.client.head_object(
                    Bucket=connection.bucket, Key=key, ChecksumMode="ENABLED"
                )
        except NotFound:
            return None
        connection.learn_from(head)
        return head

    @contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        """Let a HEAD that is refused be refused for its reason.

        Its answer has no body, so it tells expired credentials from a missing permission as
        little as from a bad request; that to a LIST of the key does. What is bad about a request
        for this very object, as of one under a customer's key, is told by a GET.
        """
        try:
            yield
        except ClientError as error:
            client, bucket = self.connection.client, self.connection.bucket
            if status_of(error) == HTTPStatus.BAD_REQUEST:
                self.on_request(Request.GET, 1)
                client.get_object(Bucket=bucket, Key=key, Range="bytes=0-0")["Body"].close()
            elif status_of(error) in _UNEXPLAINED:
                self.on_request(Request.LIST, 1)
                client.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
            raise

    def stamp(self, key: str) -> Stamp:
        """The state of an object now."""
        head = self.head(key)
        return stamp_of(head) if head is not None else ABSENT

    def require(self, key: str, expected: ObjectStamp) -> ObjectStamp:
        """The state of an object now, version and all; raises Moved where it is not as expected."""
        now = self.stamp(key)
        if not isinstance(now, ObjectStamp):
            raise Moved(f"{key} is no longer on S3")
        if not agree(expected, now):
            raise Moved(f"{key} has changed on S3")
        return now

    def keep(self, key: str, now: ObjectStamp, keep_under: str) -> str | None:
        """See to it that an object's bytes outlive it; returns where they will be.

        None where the trash is off.
        """
        connection = self.connection
        if now.version_id is not None and connection.is_versioned:
            return str(S3Place(connection.bucket, key, now.version_id))
        if not connection.settings.keeps:
            return None
        kept = self.trash_key(key, keep_under)
        try:
            self.copy(key, now, kept)
        except Denied as error:
            raise Denied(
                f"{error}; without versions, what is replaced is kept below "
                f"“{connection.settings.trash_prefix}”: "
                "allow that, or set `trash_prefix` to a place that is allowed"
            ) from error
        except Corrupted as error:
            raise Moved(f"{key} changed on S3 while it was being kept") from error
        return str(S3Place(connection.bucket, kept))

    def kept_at(self, key: str, stamp: ObjectStamp, keep_under: str) -> str | None:
        """Where an object in that state was kept by an earlier `keep`; None where it was not."""
        bucket = self.connection.bucket
        if self.connection.is_versioned:
            version = self._version(key, stamp)
            return str(S3Place(bucket, key, version)) if version is not None else None
        kept = self.trash_key(key, keep_under)
        found = self.stamp(kept)
        # Not its ETag: the copy of an object of several parts has another one.
        is_there = isinstance(found, ObjectStamp) and found.size == stamp.size
        return str(S3Place(bucket, kept)) if is_there else None

    def _version(self, key: str, stamp: ObjectStamp) -> str | None:
        """The id of an object's earlier version in that state."""
        connection = self.connection
        self.on_request(Request.LIST, 1)
        with connection.doing(f"list the versions of {key}"):
            answer = connection.plain.versions(
                key, behind="", at_most=PAGE
            ) or connection.client.list_object_versions(Bucket=connection.bucket, Prefix=key)
        for version in answer.get("Versions", ()):
            state = ObjectStamp(version["Size"], bare(version["ETag"]), version["VersionId"])
            if version["Key"] == key and not version["IsLatest"] and agree(stamp, state):
                return state.version_id
        return None

    def trash_key(self, key: str, keep_under: str) -> str:
        """Where a bucket without versions keeps what was at a key."""
        return f"{self.connection.settings.trash_prefix}{keep_under}/{key}"

    def copy(
        self,
        source: str,
        stamp: ObjectStamp,
        key: str,
        *,
        source_version: str | None = None,
        asked: Condition = NO_CONDITION,
    ) -> ObjectStamp:
        """Copy within the bucket, metadata and all, from exactly that state of the source.

        It is read in its latest version, unless another one is named. The condition is of what
        the copy takes the place of.
        """
        check_size(source, stamp)
        self.on_request(Request.COPY, 1)
        try:
            with self.connection.doing(f"copy {source} to {key}"):
                told, version_id = self._copy(source, stamp.etag, key, source_version, asked)
        except NotFound as error:
            raise Moved(f"{source} is no longer on S3") from error
        etag = self.confirmed(key, bare(told), stamp.etag, stamp.size)
        return ObjectStamp(stamp.size, etag, version_id)

    def _copy(
        self, source: str, etag: str, key: str, source_version: str | None, asked: Condition
    ) -> tuple[str, str | None]:
        """ETag and version id of the copy."""
        connection, writing = self.connection, written_with(self.connection)
        if not writing and (
            made := connection.plain.copy(source, etag, key, version_id=source_version, asked=asked)
        ):
            return made
        origin: CopySourceTypeDef = {"Bucket": connection.bucket, "Key": source}
        if source_version is not None:
            origin["VersionId"] = source_version
        done = connection.client.copy_object(
            Bucket=connection.bucket,
            Key=key,
            CopySource=origin,
            CopySourceIfMatch=f'"{etag}"',
            **asked,
            **writing,
        )
        return done["CopyObjectResult"]["ETag"], done.get("VersionId")

    def confirmed(self, key: str, etag: str, expected: str, size: int) -> str:
        """The ETag of an object just written; Corrupted where it is not what was to be written.

        ETags that tell something are compared, else the size: a copy of a multipart object has
        another ETag, and so has an encrypted one. Ceph RGW 16 ignores the condition of a copy,
        and completes a multipart upload with an empty ETag.
        """
        connection = self.connection
        if etag == expected:
            return etag
        head = self.head(key)
        now = bare(head["ETag"]) if head is not None else None
        if head is None or now is None or now != (etag or now):
            raise Moved(f"{key} was replaced on S3 right after it was written")
        if now == expected:
            return now
        comparable = _form(now) == _form(expected)
        if head["ContentLength"] != size or (comparable and connection.learn_from(head)):
            raise Corrupted(f"{key}: S3 holds other bytes than it was to hold")
        return now

    def delete(self, key: str, asked: OneState = NO_CONDITION) -> None:
        """Take an object away; in a versioned bucket, behind a delete marker."""
        self.on_request(Request.DELETE, 1)
        connection = self.connection
        with connection.doing(f"delete {key}"):
            if not connection.plain.delete(key, asked):
                connection.client.delete_object(Bucket=connection.bucket, Key=key, **asked)


def check_size(source: str, stamp: ObjectStamp) -> None:
    """Raise StoreError where one CopyObject is not enough."""
    if stamp.size > LARGEST_COPY:
        raise StoreError(f"{source} is larger than 5 GiB, which S3 does not copy at once")


def _form(etag: str) -> str:
    """What an ETag was made of: "" of the bytes, `-3` of three parts' MD5s."""
    return etag if not looks_like_md5(etag.partition("-")[0]) else etag[_MD5_DIGITS:]


def stamp_of(head: "HeadObjectOutputTypeDef") -> ObjectStamp:
    """The stamp that a HEAD tells."""
    return ObjectStamp(head["ContentLength"], bare(head["ETag"]), head.get("VersionId"))


def noted_md5(head: "HeadObjectOutputTypeDef") -> str | None:
    """The MD5 that a HEAD tells besides the ETag: of the metadata, else of a whole checksum."""
    whole = head.get("ChecksumType") == "FULL_OBJECT"
    checksum = head.get("ChecksumMD5") if whole else None
    return md5_of_base64(head["Metadata"].get("md5chksum")) or md5_of_base64(checksum)


def written_with(connection: S3Connection) -> dict[str, Any]:
    """What the configuration adds to every request of boto3's that writes."""
    settings = connection.settings
    asked = {
        "ServerSideEncryption": settings.sse,
        "SSEKMSKeyId": settings.kms_key_id,
        "StorageClass": settings.storage_class,
    }
    return {name: value for name, value in asked.items() if value is not None}
