"""Small requests that obstore has no words for, made without boto3 where the environment tells all.

boto3 takes 0.3 s to import and to make a client of, and ten times as long as need be to read a long
answer. Nothing but plain success is taken from here. Whatever else comes of a request is not told:
boto3 is to make it once more, as it does by itself when something goes wrong, and finds out with
patience, and in its own words, what is the matter.
"""

import base64
import hashlib
import http.client
import time
import weakref
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, unquote_plus, urlsplit

import msgspec

from manifest_sync.stores.s3_conditions import Condition, OneState
from manifest_sync.stores.s3_documents import deletion_of, read_deleted, read_text, read_versions
from manifest_sync.stores.s3_environment import Described, credentials
from manifest_sync.stores.s3_patience import CONNECT_SECONDS, READ_SECONDS
from manifest_sync.stores.s3_signature import Unsigned, signed

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import (
        DeleteObjectsOutputTypeDef,
        HeadObjectOutputTypeDef,
        ListObjectVersionsOutputTypeDef,
        ObjectIdentifierTypeDef,
    )

_TOLD = {
    "ETag": "etag",
    "VersionId": "x-amz-version-id",
    "ServerSideEncryption": "x-amz-server-side-encryption",
    "SSECustomerAlgorithm": "x-amz-server-side-encryption-customer-algorithm",
    "ChecksumMD5": "x-amz-checksum-md5",
    "ChecksumType": "x-amz-checksum-type",
}
"""What is read of the answer to a HEAD, as botocore names it, by header."""
_METADATA = "x-amz-meta-"
_CONDITIONS = {"IfMatch": "if-match", "IfNoneMatch": "if-none-match"}
_OF_VERSIONING = ("VersioningConfiguration", "GetBucketVersioningResponse")
"""The second is moto's word."""
_IDLE_SECONDS = 4
"""After which a connection is not used again: servers close theirs after 5 seconds, or later."""


class _Answer(msgspec.Struct, frozen=True):
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes


class PlainRequests:
    """Makes requests about one bucket, and tells what S3 answers as boto3 would tell it.

    Every method gives None where boto3 is to be asked; all of them do where only boto3 can tell
    how the bucket is reached. Safe to call from several threads.
    """

    def __init__(self, bucket: str, at: Described | None) -> None:
        """Nothing is asked yet."""
        self._bucket = bucket
        self._at = at
        self._idle: list[tuple[http.client.HTTPConnection, float]] = []
        weakref.finalize(self, _close, self._idle)

    def versioning(self) -> str | None:
        """`Enabled`, `Suspended`, or "" of a bucket that never had versions."""
        answer = self._ask("GET", query={"versioning": ""})
        if answer is None:
            return None
        return read_text(answer.body, _OF_VERSIONING, "Status")

    def head(self, key: str) -> "HeadObjectOutputTypeDef | None":
        """What an object is; None also where there is none, which S3 tells by an error."""
        answer = self._ask("HEAD", key, headers={"x-amz-checksum-mode": "ENABLED"})
        if answer is None:
            return None
        heard = answer.headers
        if "etag" not in heard or not heard.get("content-length", "").isdecimal():
            return None
        told: dict[str, Any] = {
            "ContentLength": int(heard["content-length"]),
            "Metadata": {
                name.removeprefix(_METADATA): value
                for name, value in heard.items()
                if name.startswith(_METADATA)
            },
            **{name: heard[header] for name, header in _TOLD.items() if header in heard},
        }
        return cast("HeadObjectOutputTypeDef", told)

    def versions(
        self, prefix: str, behind: str, at_most: int
    ) -> "ListObjectVersionsOutputTypeDef | None":
        """So many versions at the keys that begin so and come after another."""
        query = {"encoding-type": "url", "max-keys": str(at_most), "prefix": prefix}
        answer = self._ask("GET", query={**query, "key-marker": behind, "versions": ""})
        page = read_versions(answer.body) if answer is not None else None
        if page is None:
            return None
        if page.get("EncodingType") == "url":
            for row in (*page["Versions"], *page["DeleteMarkers"]):
                row["Key"] = unquote_plus(row["Key"])
        return cast("ListObjectVersionsOutputTypeDef", page)

    def copy(
        self, source: str, etag: str, key: str, *, version_id: str | None, asked: Condition
    ) -> tuple[str, str | None] | None:
        """Copy an object in that state; the ETag and the version id of the copy."""
        origin = quote(f"{self._bucket}/{source}", safe="/~")
        if version_id is not None:
            origin += f"?versionId={quote(version_id, safe='~')}"
        says = {"x-amz-copy-source": origin, "x-amz-copy-source-if-match": f'"{etag}"'}
        answer = self._ask("PUT", key, headers={**says, **_conditions(asked)})
        if answer is None:
            return None
        made = read_text(answer.body, ("CopyObjectResult",), "ETag")
        return (made, answer.headers.get("x-amz-version-id")) if made else None

    def delete(self, key: str, asked: OneState) -> bool:
        """Take an object away; in a versioned bucket, behind a delete marker. False for None."""
        return self._ask("DELETE", key, headers=_conditions(asked)) is not None

    def delete_together(
        self, objects: "Sequence[ObjectIdentifierTypeDef]"
    ) -> "DeleteObjectsOutputTypeDef | None":
        """Take many away; what became of each is in the answer."""
        body = deletion_of(objects)
        md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        says = {"content-md5": md5, "content-type": "application/xml"}
        answer = self._ask("POST", query={"delete": ""}, headers=says, body=body)
        told = read_deleted(answer.body) if answer is not None else None
        return cast("DeleteObjectsOutputTypeDef | None", told)

    def _ask(
        self,
        method: str,
        key: str = "",
        *,
        query: Mapping[str, str] = {},
        headers: Mapping[str, str] = {},
        body: bytes = b"",
    ) -> _Answer | None:
        """Ask once."""
        if self._at is None:
            return None
        connection = None
        try:
            connection = self._connection(self._at)
            request = Unsigned(
                method,
                f"/{self._bucket}/{key}" if key else f"/{self._bucket}",
                query,
                {**headers, "host": urlsplit(self._at.endpoint).netloc},
                body,
            )
            now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
            says = signed(request, credentials(), self._at.region, now)
            connection.request(method, request.target, body or None, says)
            heard = connection.getresponse()
            told = {name.lower(): value for name, value in heard.getheaders()}
            answer = _Answer(told, heard.read())
        except (OSError, http.client.HTTPException, ValueError):
            if connection is not None:
                connection.close()
            return None
        if connection.sock is not None:  # else the server has asked to close it
            self._idle.append((connection, time.monotonic()))
        return answer if heard.status in {HTTPStatus.OK, HTTPStatus.NO_CONTENT} else None

    def _connection(self, at: Described) -> http.client.HTTPConnection:
        """One that is open and nobody else uses."""
        try:
            connection, since = self._idle.pop()
        except IndexError:
            return _connected(at)
        if time.monotonic() - since < _IDLE_SECONDS:
            return connection
        connection.close()
        return _connected(at)


def _connected(at: Described) -> http.client.HTTPConnection:
    parts = urlsplit(at.endpoint)
    of_scheme = (
        http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    )
    connection = of_scheme(parts.netloc, timeout=CONNECT_SECONDS)
    connection.connect()
    connection.sock.settimeout(READ_SECONDS)
    return connection


def _close(idle: list[tuple[http.client.HTTPConnection, float]]) -> None:
    for connection, _ in idle:
        connection.close()


def _conditions(asked: Mapping[str, Any]) -> dict[str, str]:
    return {_CONDITIONS[name]: value for name, value in asked.items()}
