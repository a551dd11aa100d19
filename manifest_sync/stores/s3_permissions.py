"""What the credentials may do below a prefix, asked by requests that change nothing there."""

import uuid
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec
from botocore.exceptions import ClientError

from manifest_sync.core.diagnosis import Identity, Permissions
from manifest_sync.core.errors import Denied, NotFound, StoreError
from manifest_sync.stores.s3_connection import S3Connection


def identify(connection: S3Connection) -> Identity:
    """Who asks whom, without asking. Raises StoreError where there are no credentials."""
    return Identity(
        endpoint=connection.endpoint,
        region=connection.client.meta.region_name,
        credentials=connection.credentials_from,
        profile=connection.settings.profile,
        clock_ahead=None,
    )


def first_answer(connection: S3Connection, prefix: str) -> tuple[int | None, StoreError | None]:
    """The seconds by which this computer's clock is ahead, and why nothing more is to be asked.

    Not to be allowed to list the prefix is an answer like another. Raises StoreError where nobody
    answers.
    """
    useless: StoreError | None = None
    try:
        with connection.doing(f"list {prefix}"):
            answer = connection.client.list_objects_v2(
                Bucket=connection.bucket, Prefix=prefix, MaxKeys=1
            )
        headers: dict[str, str] = answer["ResponseMetadata"]["HTTPHeaders"]
    except StoreError as error:
        refusal = error.__cause__
        if not isinstance(refusal, ClientError):
            raise
        headers = refusal.response["ResponseMetadata"].get("HTTPHeaders", {})
        if refusal.response.get("Error", {}).get("Code") != "AccessDenied":
            useless = error
    now = datetime.now(UTC)
    try:
        ahead = (now - parsedate_to_datetime(headers["date"]).replace(tzinfo=UTC)).total_seconds()
    except (KeyError, ValueError):
        return None, useless
    return round(ahead), useless


def ask_permissions(connection: S3Connection, prefix: str) -> Permissions:
    """What is allowed below a prefix. Nothing shows there at any time, and nothing stays.

    Raises StoreError where that cannot be told: no such bucket, no answer.
    """
    asked = _Asked(connection, prefix, f"{prefix}.manifest-sync-doctor-{uuid.uuid4().hex}")
    return Permissions(
        list=asked.may_list(), get=asked.may_get(), put=asked.may_put(), delete=asked.may_delete()
    )


class _Asked(msgspec.Struct, frozen=True):
    """The requests, about a key at which nothing is."""

    connection: S3Connection
    prefix: str
    key: str

    def may_list(self) -> bool:
        connection = self.connection
        try:
            with connection.doing(f"list {self.prefix}"):
                connection.client.list_objects_v2(
                    Bucket=connection.bucket, Prefix=self.prefix, MaxKeys=1
                )
        except Denied:
            return False
        return True

    def may_get(self) -> bool:
        """Who may read is told that nothing is there; but only who may list as well."""
        connection = self.connection
        try:
            with connection.doing(f"read {self.key}"):
                connection.client.head_object(Bucket=connection.bucket, Key=self.key)
        except NotFound:
            return True
        except Denied:
            return False
        return True

    def may_put(self) -> bool:
        """An upload in parts that is begun and given up needs the same permission."""
        connection = self.connection
        client, bucket = connection.client, connection.bucket
        try:
            with connection.doing(f"write {self.key}"):
                begun = client.create_multipart_upload(Bucket=bucket, Key=self.key)
        except Denied:
            return False
        with suppress(StoreError), connection.doing(f"give up {self.key}"):
            client.abort_multipart_upload(Bucket=bucket, Key=self.key, UploadId=begun["UploadId"])
        return True

    def may_delete(self) -> bool:
        """In a bucket with versions this makes a marker, which is taken away again if possible."""
        connection = self.connection
        client, bucket = connection.client, connection.bucket
        try:
            with connection.doing(f"delete {self.key}"):
                marker = client.delete_object(Bucket=bucket, Key=self.key).get("VersionId")
        except Denied:
            return False
        except NotFound:
            return True
        if marker is not None:
            with suppress(StoreError), connection.doing(f"delete {self.key}"):
                client.delete_object(Bucket=bucket, Key=self.key, VersionId=marker)
        return True
