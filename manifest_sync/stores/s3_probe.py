"""Finding out what an endpoint enforces: by requests that have to fail, never by a success.

Most servers accept a condition that they do not know, and ignore it.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Self

import msgspec
from botocore.exceptions import ClientError

from manifest_sync.core.abilities import Abilities, Guard, Spelling
from manifest_sync.stores.base import OnRequest, Request
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.s3_conditions import Condition
from manifest_sync.stores.s3_connection import S3Connection
from manifest_sync.stores.s3_headers import base64_md5
from manifest_sync.stores.s3_scratch import Scratch, accepts, refuses, scratch

BODY = b"manifest-sync finds out what this endpoint enforces\n"
CHECKSUMS = {
    "CRC32": "yvC87w==",
    "CRC32C": "TNuJMQ==",
    "CRC64NVME": "KXu7uaRwdNI=",
    "SHA1": "SxP1DFTv1cb1akSYGT4jyNBthUw=",
    "SHA256": "sER1FIHB2rh4WyjmCTlpt+nqQqNym5gMv+tsAY6JzFw=",
}
"""Of the body, by algorithm, as the headers spell them."""
_AT_ONCE = 6
"""Things that are tried out at a time."""
_OTHER = content_of(b"never written").md5
"""Serves as the ETag that no object has."""

_Attempt = Callable[[str, Condition], object]
"""Writes an object of this name under this condition. Raises boto3's ClientError."""


def probe(
    connection: S3Connection,
    on_request: OnRequest,
    name: str | None = None,
    *,
    briefly: bool = False,
) -> Abilities:
    """Try everything out once. Raises StoreError where the trash prefix cannot be written to.

    The name is `scratch`'s. `briefly` leaves out what no write goes by: every sixth request.
    """
    trash = connection.settings.trash_prefix
    with connection.doing(f"write below “{trash}”"), scratch(connection, on_request, name) as place:
        asked = _Probe(place)
        tells_md5 = place.put(asked.source, BODY) == content_of(BODY).md5
        # At the same time, for a server may be far away; each tries out objects of its own.
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="manifest-sync") as threads:
            put_update = threads.submit(_guards_update, place, asked.put, *Spelling)
            put_create = threads.submit(_guards_create, place, asked.put)
            copy_create = threads.submit(_guards_create, place, asked.copy)
            delete = threads.submit(asked.delete)
            batch_delete = threads.submit(asked.batch_delete)
            versioning = threads.submit(connection.ask_versioning)
            put = Guard(put_create.result(), put_update.result())
            parts = threads.submit(asked.parts, put)
            # What is not enforced for the plainest of requests is for no other.
            known = (put.update,) if put.update is not None else ()
            copy_update = _guards_update(place, asked.copy, *known)
            return Abilities(
                put=put,
                copy=Guard(put.create and copy_create.result(), copy_update),
                parts=parts.result(),
                delete=delete.result(),
                batch_delete=batch_delete.result(),
                content_md5=not briefly and asked.content_md5(),
                etag_is_md5=tells_md5,
                checksums=() if briefly else tuple(filter(asked.takes_checksum, CHECKSUMS)),
                versioning=versioning.result(),
            )


def _guards_create(place: Scratch, attempt: _Attempt) -> bool:
    """Whether something is written where nothing is, and nothing where something is."""
    name, condition = place.new_name(), Condition(IfNoneMatch="*")
    return accepts(lambda: attempt(name, condition)) and refuses(lambda: attempt(name, condition))


def _guards_update(place: Scratch, attempt: _Attempt, *spellings: Spelling) -> Spelling | None:
    """How an ETag must be spelt so that the right one passes, and no other does."""
    return next((spelling for spelling in spellings if _tells(place, attempt, spelling)), None)


def _tells(place: Scratch, attempt: _Attempt, spelling: Spelling) -> bool:
    name = place.new_name()
    right = Condition(IfMatch=spelling.of(place.put(name, BODY)))
    wrong = Condition(IfMatch=spelling.of(_OTHER))
    return (
        refuses(lambda: attempt(name, wrong))
        # MinIO once took an absent object for any (minio#21526).
        and refuses(lambda: attempt(place.new_name(), wrong))
        and accepts(lambda: attempt(name, right))
    )


class _Probe(msgspec.Struct, frozen=True):
    """What is tried out. An ability counts only where both answers are right."""

    place: Scratch
    source: str = "source"
    """The name of an object that is there."""

    def put(self, name: str, condition: Condition) -> object:
        return self.place.put(name, BODY, **condition)

    def copy(self, name: str, condition: Condition) -> object:
        place = self.place
        return place.ask(
            Request.COPY,
            place.connection.client.copy_object,
            Key=place.key(name),
            CopySource={"Bucket": place.connection.bucket, "Key": place.key(self.source)},
            **condition,
        )

    def parts(self, put: Guard) -> Guard:
        """One upload, whose completion has to be refused until the condition is right."""
        if not put.create:
            return Guard()
        place, name = self.place, self.place.new_name()
        etag = place.put(name, BODY)
        with _Upload.begun(place, place.key(name)) as upload:
            if not refuses(lambda: upload.complete(Condition(IfNoneMatch="*"))):
                return Guard()
            if put.update is not None:
                wrong, right = (Condition(IfMatch=put.update.of(each)) for each in (_OTHER, etag))
                if refuses(lambda: upload.complete(wrong)) and accepts(
                    lambda: upload.complete(right)
                ):
                    return put
        return Guard(create=True)

    def delete(self) -> Spelling | None:
        for spelling in Spelling:
            name = self.place.new_name()
            right, wrong = spelling.of(self.place.put(name, BODY)), spelling.of(_OTHER)
            if refuses(lambda: self._delete(name, wrong)) and accepts(  # noqa: B023 - called at once
                lambda: self._delete(name, right)  # noqa: B023 - called at once
            ):
                return spelling
        return None

    def _delete(self, name: str, etag: str) -> None:
        place = self.place
        client = place.connection.client
        place.ask(Request.DELETE, client.delete_object, Key=place.key(name), IfMatch=etag)

    def batch_delete(self) -> bool:
        """Here the refusal is inside an answer of success; the right ETag passes beside it."""
        place, wrong, right = self.place, self.place.new_name(), self.place.new_name()
        place.put(wrong, BODY)
        objects = [
            {"Key": place.key(wrong), "ETag": _OTHER},
            {"Key": place.key(right), "ETag": place.put(right, BODY)},
        ]
        try:
            answer = place.ask(
                Request.DELETE,
                place.connection.client.delete_objects,
                Delete={"Objects": objects, "Quiet": False},
            )
        except ClientError:
            return False
        return [error.get("Key") for error in answer.get("Errors", ())] == [place.key(wrong)]

    def content_md5(self) -> bool:
        md5 = base64_md5(_OTHER)
        return not accepts(lambda: self.place.put(self.source, BODY, ContentMD5=md5))

    def takes_checksum(self, algorithm: str) -> bool:
        asked = {f"Checksum{algorithm}": CHECKSUMS[algorithm]}
        return accepts(lambda: self.place.put(self.place.new_name(), BODY, **asked))


class _Upload(msgspec.Struct, frozen=True):
    """A multipart upload of one part."""

    place: Scratch
    key: str
    id: str
    etag: str
    """The part's, as the server spelt it."""

    @classmethod
    @contextmanager
    def begun(cls, place: Scratch, key: str) -> Iterator[Self]:
        """All of it sent, nothing of it shown. What is not completed is given up."""
        client = place.connection.client
        made: str = place.ask(Request.PUT, client.create_multipart_upload, Key=key)["UploadId"]
        try:
            part = place.ask(
                Request.PUT, client.upload_part, Key=key, UploadId=made, PartNumber=1, Body=BODY
            )
            yield cls(place, key, made, part["ETag"])
        finally:
            with suppress(ClientError):  # of a completed one nothing is left
                place.ask(Request.DELETE, client.abort_multipart_upload, Key=key, UploadId=made)

    def complete(self, condition: Condition) -> None:
        """Let it show, under this condition."""
        self.place.ask(
            Request.PUT,
            self.place.connection.client.complete_multipart_upload,
            Key=self.key,
            UploadId=self.id,
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": self.etag}]},
            **condition,
        )
