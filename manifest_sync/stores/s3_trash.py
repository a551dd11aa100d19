"""The trash of the S3 side, looked into: copies below the trash prefix, and a bucket's versions."""

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import msgspec

from manifest_sync.core.errors import Moved, NotFound, StoreError
from manifest_sync.core.paths import shown
from manifest_sync.core.stamps import ABSENT, ObjectStamp, Present, Stamp, agree
from manifest_sync.stores.base import Earlier, KeptFile, Reading, Request
from manifest_sync.stores.s3_address import S3Place, parse_place
from manifest_sync.stores.s3_earlier import EarlierObjects
from manifest_sync.stores.s3_objects import S3Objects, noted_md5, stamp_of
from manifest_sync.stores.s3_reading import read_by_boto3

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef, HeadObjectRequestTypeDef


class S3Trash(msgspec.Struct, frozen=True):
    """What a bucket has kept. A `kept_at` is an `S3Place` as text."""

    objects: S3Objects
    prefix: str

    def place(self, kept_at: str) -> S3Place:
        """The place. Raises StoreError where it is not in this bucket."""
        place = parse_place(kept_at)
        if place.bucket != self.objects.connection.bucket:
            raise StoreError(f"{shown(kept_at)} is in another bucket")
        return place

    def stat(self, kept_at: str) -> Stamp:
        """The state of a copy or a version, by HEAD."""
        head = self._head(kept_at)
        return stamp_of(head) if head is not None else ABSENT

    def ask_md5(self, kept_at: str, stamp: Present) -> str | None:
        """What the metadata says (`md5chksum`), else a checksum of the whole object."""
        head = self._head(kept_at)
        if head is None or not agree(stamp, stamp_of(head)):
            return None
        return noted_md5(head)

    def earlier(self, paths: Collection[str]) -> Iterator[Earlier]:
        """The versions of a bucket, and copies below the trash prefix."""
        return EarlierObjects(self.objects, self.prefix).of(paths)

    def _head(self, kept_at: str) -> "HeadObjectOutputTypeDef | None":
        place, connection = self.place(kept_at), self.objects.connection
        asked: HeadObjectRequestTypeDef = {
            "Bucket": place.bucket,
            "Key": place.key,
            "ChecksumMode": "ENABLED",
        }
        if place.version_id is not None:
            asked["VersionId"] = place.version_id
        self.objects.on_request(Request.HEAD, 1)
        try:
            with connection.doing(f"look at {kept_at}"):
                head = connection.client.head_object(**asked)
        except NotFound:
            return None
        connection.learn_from(head)
        return head

    @contextmanager
    def read(self, kept_at: str, stamp: Present) -> Iterator[Reading]:
        """Open a copy or a version."""
        place, connection = self.place(kept_at), self.objects.connection
        if not isinstance(stamp, ObjectStamp):
            raise TypeError(f"an object's stamp was expected, not {stamp}")
        self.objects.on_request(Request.GET, 1)
        with ExitStack() as open_until_read:
            # Only the opening is S3's: what goes wrong while reading may be the reader's own.
            try:
                with connection.doing(f"read {kept_at}"):
                    opened = read_by_boto3(connection, place.key, stamp, place.version_id)
                    reading = open_until_read.enter_context(opened)
            except NotFound as error:
                raise Moved(f"{kept_at} is no longer on S3") from error
            yield reading

    def list(self, lineage: str) -> Iterator[KeptFile]:
        """The copies below the trash prefix."""
        connection = self.objects.connection
        prefix = f"{connection.settings.trash_prefix}{lineage}-"
        with connection.doing(f"list s3://{connection.bucket}/{prefix}"):
            pages = connection.client.get_paginator("list_objects_v2").paginate(
                Bucket=connection.bucket, Prefix=prefix
            )
            for page in pages:
                self.objects.on_request(Request.LIST, 1)
                for entry in page.get("Contents", ()):
                    place = S3Place(connection.bucket, entry["Key"])
                    yield KeptFile(str(place), entry["Size"])

    def drop(self, kept_at: str) -> None:
        """Delete a copy. Old versions go by the bucket's lifecycle rules."""
        place = self.place(kept_at)
        if place.version_id is not None:
            raise StoreError(f"{shown(kept_at)} is a version, which the bucket itself keeps")
        self.objects.delete(place.key)
