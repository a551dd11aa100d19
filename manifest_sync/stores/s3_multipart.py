"""Uploading a large object in parts: bounded memory, and nothing left behind when it fails."""

import hashlib
from collections import deque
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import msgspec

from manifest_sync.core.errors import NotFound, StoreError
from manifest_sync.stores.base import OnRequest, Request
from manifest_sync.stores.s3_conditions import Condition
from manifest_sync.stores.s3_connection import S3Connection
from manifest_sync.stores.s3_headers import bare, base64_md5

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART = 16 * 1024 * 1024
MOST_PARTS = 10_000
"""S3 user guide, "Amazon S3 multipart upload limits"."""
_IN_FLIGHT = 3
"""Parts sent at a time, so memory for one upload stays below five parts."""


class Uploaded(msgspec.Struct, frozen=True):
    """A completed upload."""

    etag: str
    expected_etag: str
    """What the ETag is where the parts' ETags are their MD5s."""
    version_id: str | None


def part_size(size: int) -> int:
    """Bytes of a part: 16 MiB, or as many as keep the parts below their limit."""
    return max(PART, -(-size // MOST_PARTS))


def give_up(connection: S3Connection, key: str, upload: str) -> None:
    """Let nothing be left of an upload. Raises StoreError where that cannot be."""
    with suppress(NotFound), connection.doing(f"give up {key}"):
        connection.client.abort_multipart_upload(Bucket=connection.bucket, Key=key, UploadId=upload)
    connection.uploads.ended(key, upload)


class MultipartUpload:
    """One upload, as a context: left without `complete`, nothing of it stays behind.

    Its id is noted before the first part is sent, so that somebody else can give it up where
    this process is killed. What is killed before that leaves an upload without a part: it holds
    no bytes, and nothing tells whose it is.
    """

    def __init__(
        self,
        connection: S3Connection,
        key: str,
        said: Mapping[str, Any],
        on_request: OnRequest,
    ) -> None:
        """`said` are the arguments of `create_multipart_upload` besides bucket and key."""
        self._connection = connection
        self._key = key
        self._said = said
        self._on_request = on_request
        self._id = ""
        self._parts: list[CompletedPartTypeDef] = []
        self._digests: list[bytes] = []

    def __enter__(self) -> Self:
        self._on_request(Request.PUT, 1)
        with self._connection.doing(f"write {self._key}"):
            self._id = self._connection.client.create_multipart_upload(
                Bucket=self._connection.bucket, Key=self._key, **self._said
            )["UploadId"]
        try:
            self._connection.uploads.begun(self._key, self._id)
        except BaseException:
            self._give_up()
            raise
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if kind is None:
            self._connection.uploads.ended(self._key, self._id)
        else:
            self._give_up()

    def _give_up(self) -> None:
        self._on_request(Request.DELETE, 1)
        # What failed first is what is to be told; and the note stays for another run.
        with suppress(StoreError):
            give_up(self._connection, self._key, self._id)

    def send(self, chunks: Iterable[bytes]) -> None:
        """Send every part, each of `part_size`; none shows yet."""
        pending: deque[Future[CompletedPartTypeDef]] = deque()
        # Leaving the pool waits for the parts in flight: an abort before them would miss them.
        with ThreadPoolExecutor(_IN_FLIGHT, "part") as pool:
            try:
                for number, chunk in enumerate(chunks, start=1):
                    if len(pending) == _IN_FLIGHT:
                        self._parts.append(pending.popleft().result())
                    digest = hashlib.md5(chunk, usedforsecurity=False)
                    self._digests.append(digest.digest())
                    pending.append(pool.submit(self._send_part, number, chunk, digest.hexdigest()))
                self._parts.extend(future.result() for future in pending)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _send_part(self, number: int, chunk: bytes, md5: str) -> "CompletedPartTypeDef":
        self._on_request(Request.PUT, 1)
        with self._connection.doing(f"write {self._key}"):
            part = self._connection.client.upload_part(
                Bucket=self._connection.bucket,
                Key=self._key,
                UploadId=self._id,
                PartNumber=number,
                Body=chunk,
                ContentMD5=base64_md5(md5),
            )
        return {"PartNumber": number, "ETag": part["ETag"]}

    def complete(self, asked: Condition) -> Uploaded:
        """Let the object show, where the condition holds."""
        digest = hashlib.md5(b"".join(self._digests), usedforsecurity=False).hexdigest()
        expected = f"{digest}-{len(self._digests)}"
        self._on_request(Request.PUT, 1)
        client, bucket = self._connection.client, self._connection.bucket
        try:
            with self._connection.doing(f"complete {self._key}"):
                done = client.complete_multipart_upload(
                    Bucket=bucket,
                    Key=self._key,
                    UploadId=self._id,
                    MultipartUpload={"Parts": self._parts},
                    **asked,
                )
        except NotFound:
            # No such upload: the answer to an earlier attempt was lost. Then it is complete.
            self._on_request(Request.HEAD, 1)
            with self._connection.doing(f"look at {self._key}"):
                head = client.head_object(Bucket=bucket, Key=self._key)
            if bare(head["ETag"]) != expected:
                raise
            return Uploaded(expected, expected, head.get("VersionId"))
        return Uploaded(bare(done["ETag"]), expected, done.get("VersionId"))
