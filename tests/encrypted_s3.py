"""An S3 server whose objects are encrypted, as the standard servers of the tests cannot be.

moto says that it encrypts, and gives ETags that are MD5s all the same (S3 gives others: API
reference, "Object", ETag). So they are made into others on their way.
"""

import re
from collections.abc import Iterable

from manifest_sync.stores.bodies import content_of
from tests.rewriting_s3 import Headers, Rewriter

_MD5 = re.compile(r"[0-9a-f]{32}")
_ETAG = re.compile(rb"<ETag>.*?</ETag>")
_OTHER = str.maketrans("0123456789abcdef", "fedcba9876543210")
_CONDITIONS = ("if-match", "x-amz-copy-source-if-match")


def encrypt(server: Rewriter, only: Iterable[bytes] | None = None) -> None:
    """Let the server behind a proxy look as if objects were encrypted with KMS.

    All of them, or those of these bytes.
    """
    plain = None if only is None else {content_of(data).md5 for data in only}

    def other(etag: str) -> str:
        """The ETag in the place of one that is an MD5, and the other way round."""

        def exchanged(found: re.Match[str]) -> str:
            translated = found[0].translate(_OTHER)
            is_meant = plain is None or not plain.isdisjoint((found[0], translated))
            return translated if is_meant else found[0]

        return _MD5.sub(exchanged, etag)

    def asks(headers: Headers) -> Headers:
        changed = {name: other(headers[name]) for name in headers.keys() & _CONDITIONS}
        return headers | changed

    def answers(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
        if (etag := headers.get("etag")) is not None and other(etag) != etag:
            headers["etag"] = other(etag)
            headers["x-amz-server-side-encryption"] = "aws:kms"
        if headers.get("content-type", "").startswith(("application/xml", "text/xml")):
            body = _ETAG.sub(lambda found: other(found[0].decode()).encode(), body)
        return headers, body

    server.asks, server.answers = asks, answers
