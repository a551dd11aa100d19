"""Putting bytes at a key: in one request where they are few, in parts where they are many."""

from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING

import msgspec
import obstore

from manifest_sync.core.abilities import LARGEST_SINGLE
from manifest_sync.core.errors import Corrupted
from manifest_sync.core.stamps import ObjectStamp, Stamp
from manifest_sync.stores.base import Body, Request, Written
from manifest_sync.stores.bodies import gathered
from manifest_sync.stores.s3_bulk import expresses
from manifest_sync.stores.s3_conditions import Condition, condition, mode
from manifest_sync.stores.s3_headers import attributes_of, bare, base64_md5, content_type, metadata
from manifest_sync.stores.s3_multipart import MultipartUpload, part_size
from manifest_sync.stores.s3_objects import S3Objects, written_with

if TYPE_CHECKING:
    from obstore.store import S3Store as BulkStore

MakeWay = Callable[[], str | None]
"""Checks what is at the key and keeps it; returns where. Raises Moved, nothing touched."""


class S3Writer(msgspec.Struct, frozen=True):
    """Writes objects whose keys begin with one prefix."""

    objects: S3Objects
    prefix: str

    def write(self, key: str, body: Body, expect: Stamp, make_way: MakeWay) -> Written:
        """Read the body to its end, make way for it, and only then let it show.

        `expect` is what S3 is to find at the key, where it minds conditions.
        """
        abilities = self.objects.connection.abilities
        if body.content.size > LARGEST_SINGLE:  # smaller ones are held in memory
            return self._in_parts(key, body, condition(abilities.parts, expect), make_way)
        data = gathered(body)
        kept_at = make_way()
        with self.objects.connection.doing(f"write {key}"):
            etag, version_id = self._put(key, data, body, condition(abilities.put, expect))
        etag = self._confirmed(key, etag, body.content.md5, body.content.size, kept_at)
        return Written(ObjectStamp(len(data), etag, version_id), kept_at)

    def _put(
        self, key: str, data: bytearray, body: Body, asked: Condition
    ) -> tuple[str, str | None]:
        """ETag and version id of the new object."""
        self.objects.on_request(Request.PUT, 1)
        if (bulk := self.bulk()) is not None:
            done = obstore.put(
                bulk,
                key,
                data,
                attributes=attributes_of(key, body),
                mode=mode(asked),
                use_multipart=False,
            )
            return bare(done["e_tag"]), done["version"]
        connection = self.objects.connection
        answer = connection.client.put_object(
            Bucket=connection.bucket,
            Key=key,
            Body=bytes(data),
            ContentMD5=base64_md5(body.content.md5),
            ContentType=content_type(key),
            Metadata=metadata(body),
            **asked,
            **written_with(connection),
        )
        return bare(answer["ETag"]), answer.get("VersionId")

    def _in_parts(self, key: str, body: Body, asked: Condition, make_way: MakeWay) -> Written:
        connection = self.objects.connection
        chunks = body.chunks(part_size(body.content.size))
        first = next(chunks, b"")  # a body may know its mtime only now
        said = {
            "ContentType": content_type(key),
            "Metadata": metadata(body),
            **written_with(connection),
        }
        upload = MultipartUpload(connection, key, said, self.objects.on_request)
        with upload:
            upload.send(chain([first], chunks))
            kept_at = make_way()
            done = upload.complete(asked)
        size = body.content.size
        etag = self._confirmed(key, done.etag, done.expected_etag, size, kept_at)
        return Written(ObjectStamp(size, etag, done.version_id), kept_at)

    def _confirmed(self, key: str, etag: str, expected: str, size: int, kept_at: str | None) -> str:
        try:
            return self.objects.confirmed(key, etag, expected, size)
        except Corrupted as error:
            before = f"; what was there is at {kept_at}" if kept_at is not None else ""
            raise Corrupted(f"{error}{before}") from error

    def bulk(self) -> "BulkStore | None":
        """obstore, where it can write as the configuration wants it."""
        connection = self.objects.connection
        if written_with(connection) or not expresses(self.prefix):
            return None
        return connection.bulk
