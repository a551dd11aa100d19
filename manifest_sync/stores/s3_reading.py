"""Reading an object in exactly one state, with obstore or with boto3."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import obstore

from manifest_sync.core.errors import Moved
from manifest_sync.core.stamps import ObjectStamp, Present, agree
from manifest_sync.stores.base import CHUNK, Reading
from manifest_sync.stores.s3_connection import S3Connection
from manifest_sync.stores.s3_headers import bare, modified_ns

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef
    from obstore.store import S3Store as BulkStore


@contextmanager
def read_by_obstore(
    connection: S3Connection, bulk: "BulkStore", key: str, stamp: ObjectStamp
) -> Iterator[Reading]:
    """Open an object; obstore resumes by itself where a connection breaks off."""
    got = obstore.get(bulk, key, options={"if_match": f'"{stamp.etag}"'})
    meta = got.meta
    now = ObjectStamp(meta["size"], bare(meta["e_tag"]), meta["version"])
    require(key, stamp, now)
    pieces = iter(got.stream(min_chunk_size=CHUNK))
    attributes = {str(name): value for name, value in got.attributes.items()}
    when = modified_ns(attributes, meta["last_modified"])
    yield Reading(now, _translated(connection, key, pieces), when, attributes)


@contextmanager
def read_by_boto3(
    connection: S3Connection, key: str, stamp: ObjectStamp, version_id: str | None = None
) -> Iterator[Reading]:
    """Open an object, in its latest version unless one is named.

    The connection goes back to the pool at the end.
    """
    asked: GetObjectRequestTypeDef = {"Bucket": connection.bucket, "Key": key}
    asked["IfMatch"] = f'"{stamp.etag}"'
    if version_id is not None:
        asked["VersionId"] = version_id
    got = connection.client.get_object(**asked)
    connection.learn_from(got)
    with closing(got["Body"]) as body:
        now = ObjectStamp(got["ContentLength"], bare(got["ETag"]), got.get("VersionId"))
        require(key, stamp, now)
        when = modified_ns(got["Metadata"], got["LastModified"])
        chunks = _translated(connection, key, body.iter_chunks(CHUNK))
        yield Reading(now, chunks, when, got["Metadata"])


def require(key: str, expected: Present, now: ObjectStamp) -> None:
    """For servers that do not look at If-Match."""
    if not agree(expected, now):
        raise Moved(f"{key} has changed on S3")


def _translated(connection: S3Connection, key: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, with what may go wrong between them in our own words."""
    with connection.doing(f"read {key} to its end"):
        yield from pieces
