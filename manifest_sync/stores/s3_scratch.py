"""Keys to try things out on: below the trash prefix, so in no style, and taken away at the end."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from manifest_sync.core.errors import StoreError
from manifest_sync.stores.base import OnRequest, Request
from manifest_sync.stores.s3_connection import S3Connection
from manifest_sync.stores.s3_errors import status_of
from manifest_sync.stores.s3_headers import bare
from manifest_sync.stores.s3_objects import written_with

_NOT_HELD = {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED}
"""The answers to a condition that does not hold. S3 says "not found" where nothing is."""
_NOT_KNOWN = {
    HTTPStatus.NOT_MODIFIED,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.NOT_IMPLEMENTED,
}
"""The answers of servers, and of bucket policies, that will not have the request at all."""


class Scratch(msgspec.Struct, frozen=True):
    """A bucket, the keys that may be tried out, and how it answers."""

    connection: S3Connection
    on_request: OnRequest
    prefix: str

    def key(self, name: str) -> str:
        """A key of ours."""
        return self.prefix + name

    def new_name(self) -> str:
        """A name at which nothing is."""
        return uuid.uuid4().hex

    def put(self, name: str, data: bytes, **asked: Any) -> str:  # noqa: ANN401 - boto3's arguments
        """Write an object; returns its ETag. Raises boto3's ClientError."""
        said = {**written_with(self.connection), **asked}
        done = self.ask(
            Request.PUT, self.connection.client.put_object, Key=self.key(name), Body=data, **said
        )
        return bare(done["ETag"])

    def ask(
        self,
        kind: Request,
        method: Callable[..., Any],
        **asked: Any,  # noqa: ANN401 - boto3's arguments
    ) -> Any:  # noqa: ANN401 - boto3's answer
        """One request about this bucket. Raises boto3's ClientError."""
        self.on_request(kind, 1)
        return method(Bucket=self.connection.bucket, **asked)


@contextmanager
def scratch(
    connection: S3Connection, on_request: OnRequest, name: str | None = None
) -> Iterator[Scratch]:
    """Somewhere to try things out. What was written is deleted, its versions too.

    Who gives the same name as one that was killed, and no other at the same time, clears up
    after that one.
    """
    prefix = f"{connection.settings.trash_prefix}probe-{name or uuid.uuid4().hex}/"
    opened = Scratch(connection, on_request, prefix)
    try:
        yield opened
    finally:
        # Whatever stays is below the trash prefix and harmless; what was found out counts.
        with suppress(StoreError):
            _clean(opened)


def refuses(attempt: Callable[[], object]) -> bool:
    """Whether the server holds a condition that does not hold against a request.

    False where it carries the request out, or knows no such condition. Raises boto3's
    ClientError where the answer tells nothing.
    """
    try:
        attempt()
    except ClientError as error:
        status = status_of(error)
        if status in _NOT_HELD:
            return True
        if status in _NOT_KNOWN:
            return False
        raise
    return False


def accepts(attempt: Callable[[], object]) -> bool:
    """Whether the server carries a request out. Raises ClientError where that is not told."""
    try:
        attempt()
    except ClientError as error:
        if status_of(error) in _NOT_HELD | _NOT_KNOWN:
            return False
        raise
    return True


def _clean(place: Scratch) -> None:
    client = place.connection.client
    with suppress(StoreError), place.connection.doing(f"list the uploads to {place.prefix}"):
        for key, upload in _uploads(place):
            place.ask(Request.DELETE, client.abort_multipart_upload, Key=key, UploadId=upload)
    with place.connection.doing(f"delete {place.prefix}"):
        left = _left(place)
        try:
            done = place.ask(Request.DELETE, client.delete_objects, Delete={"Objects": left})
            left = [each for each in left if each["Key"] in _keys(done.get("Errors", ()))]
        except ClientError:
            pass  # not every server has it
        for each in left:
            place.ask(Request.DELETE, client.delete_object, **each)


def _keys(rows: Iterable[Mapping[str, str]]) -> set[str]:
    return {row["Key"] for row in rows}


def _uploads(place: Scratch) -> list[tuple[str, str]]:
    """The uploads in parts that a killed process has left, by key and id."""
    client = place.connection.client
    found = place.ask(Request.LIST, client.list_multipart_uploads, Prefix=place.prefix)
    rows = [(each["Key"], each["UploadId"]) for each in found.get("Uploads", ())]
    return [(key, upload) for key, upload in rows if key.startswith(place.prefix)]


def _left(place: Scratch) -> list[dict[str, str]]:
    """Every object, version and delete marker, as `delete_object` takes it."""
    client = place.connection.client
    try:
        found = place.ask(Request.LIST, client.list_object_versions, Prefix=place.prefix)
    except ClientError:
        listed = place.ask(Request.LIST, client.list_objects_v2, Prefix=place.prefix)
        return [{"Key": each["Key"]} for each in listed.get("Contents", ())]
    rows = (*found.get("Versions", ()), *found.get("DeleteMarkers", ()))
    return [{"Key": each["Key"], "VersionId": each.get("VersionId", "null")} for each in rows]
