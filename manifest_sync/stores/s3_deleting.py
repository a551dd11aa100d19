"""Deleting many objects in one request, where their bytes stay behind as versions."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import repeat
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from manifest_sync.core.errors import NotBegun, StoreError, Transient
from manifest_sync.core.stamps import ABSENT, ObjectStamp
from manifest_sync.stores.base import Limits, Request, Written
from manifest_sync.stores.one_by_one import each
from manifest_sync.stores.s3_connection import S3Connection
from manifest_sync.stores.s3_doubting import doubting
from manifest_sync.stores.s3_looking import S3Looking
from manifest_sync.stores.s3_together import ask_together

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import DeletedObjectTypeDef, ErrorTypeDef, ObjectIdentifierTypeDef

LARGEST_BATCH = 1000
"""Keys of one DeleteObjects (S3 API reference)."""
_STATUS = {
    "AccessDenied": HTTPStatus.FORBIDDEN,
    "InternalError": HTTPStatus.INTERNAL_SERVER_ERROR,
    "MethodNotAllowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "NoSuchKey": HTTPStatus.NOT_FOUND,
    "NotImplemented": HTTPStatus.NOT_IMPLEMENTED,
    "PreconditionFailed": HTTPStatus.PRECONDITION_FAILED,
    "SlowDown": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status of each error that has none of its own, as it stands within an answer of success
(S3 API reference, "Error responses")."""


def deletes_together(connection: S3Connection) -> bool:
    """Whether many objects may be deleted in one request without more risk than one by one.

    Without versions nothing but a condition keeps what somebody has just written. A server that
    minds the condition of a DELETE, but not those of a batch, is asked for each.
    """
    abilities = connection.abilities
    return connection.is_versioned and (abilities.batch_delete or abilities.delete is None)


_NOT_BEGUN = NotBegun("not begun, because it was to stop")


class _Leaving(msgspec.Struct, frozen=True):
    """An object that is about to be deleted."""

    now: ObjectStamp
    kept_at: str | None


class S3Deleting(msgspec.Struct, frozen=True):
    """Deletes objects of one prefix, by key."""

    looking: S3Looking
    keep_under: str

    def delete(
        self, files: Sequence[tuple[str, ObjectStamp]], limits: Limits
    ) -> Iterator[Written | StoreError]:
        """Delete objects, each only in its state as far as the server minds it."""
        starts = range(0, len(files), LARGEST_BATCH)
        batches = [files[start : start + LARGEST_BATCH] for start in starts]
        share = Limits(max(1, limits.at_a_time // max(1, len(batches))), limits.stopped)
        answers = ask_together(batches, lambda batch: [*self._batch(batch, share)], limits)
        for batch, answer in zip(batches, answers, strict=True):
            # Of a batch everything is told by its keys, unless it was not even begun.
            yield from repeat(_NOT_BEGUN, len(batch)) if isinstance(answer, Exception) else answer

    def _batch(
        self, files: Sequence[tuple[str, ObjectStamp]], limits: Limits
    ) -> Iterator[Written | StoreError]:
        objects = self.looking.objects
        seen = self.looking.at([key for key, _ in files], limits)

        def make_way(file: tuple[str, ObjectStamp]) -> _Leaving:
            key, stamp = file
            now = self.looking.require(seen, key, stamp)
            return _Leaving(now, objects.keep(key, now, self.keep_under))

        looked = {key: found for (key, _), found in zip(files, each(files, make_way), strict=True)}
        leaving = {key: each.now for key, each in looked.items() if isinstance(each, _Leaving)}
        answers = self._ask(leaving)

        def heard(file: tuple[str, ObjectStamp]) -> Written:
            key, _ = file
            found = looked[key]
            if isinstance(found, StoreError):
                raise found
            error = answers[key]
            if isinstance(error, StoreError):
                raise error
            if error is not None:
                with doubting(objects, {key: found.now}), objects.connection.doing(f"delete {key}"):
                    raise error
            return Written(ABSENT, found.kept_at)

        return each(files, heard)

    def _ask(self, leaving: Mapping[str, ObjectStamp]) -> dict[str, Exception | None]:
        """What went wrong with each key, or None; of silence it is not known what it means."""
        if not leaving:
            return {}
        connection = self.looking.objects.connection
        silent = Transient("S3 did not say what became of it")
        answers: dict[str, Exception | None] = dict.fromkeys(leaving, silent)
        self.looking.objects.on_request(Request.DELETE, 1)
        try:
            with connection.doing(f"delete {len(leaving)} objects together"):
                named = [self._named(key, now) for key, now in leaving.items()]
                answer = connection.plain.delete_together(
                    named
                ) or connection.client.delete_objects(
                    Bucket=connection.bucket, Delete={"Objects": named, "Quiet": False}
                )
        except StoreError as error:
            return dict.fromkeys(leaving, error)
        answers.update((key, None) for key in map(_key, answer.get("Deleted", ())))
        answers.update((_key(error), _raised(error)) for error in answer.get("Errors", ()))
        return answers

    def _named(self, key: str, now: ObjectStamp) -> "ObjectIdentifierTypeDef":
        if self.looking.objects.connection.abilities.batch_delete:
            return {"Key": key, "ETag": now.etag}
        return {"Key": key}


def _key(row: "DeletedObjectTypeDef | ErrorTypeDef") -> str:
    return row.get("Key", "")


def _raised(error: "ErrorTypeDef") -> ClientError:
    """An error of one key, as boto3 would have raised it for that key alone."""
    code = error.get("Code", "")
    status = _STATUS.get(code, HTTPStatus.BAD_REQUEST)
    response: Any = {
        "Error": {"Code": code, "Message": error.get("Message", "")},
        "ResponseMetadata": {"HTTPStatusCode": int(status)},
    }
    return ClientError(response, "DeleteObjects")
