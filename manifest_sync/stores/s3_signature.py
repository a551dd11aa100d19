"""AWS's Signature Version 4, for the requests that we make ourselves (`s3_plain`).

"Authenticating Requests (AWS Signature Version 4)", Amazon S3 API reference.
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

import msgspec

_ALGORITHM = "AWS4-HMAC-SHA256"


class Unsigned(msgspec.Struct, frozen=True):
    """A request as it is meant."""

    method: str
    path: str
    """Not encoded yet: `/bucket/key`."""
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    """Names in small letters; `host` is among them."""
    body: bytes = b""

    @property
    def target(self) -> str:
        """Path and query as they are sent; what has no value is named alone."""
        query = "&".join(
            f"{_encoded(name)}={_encoded(value)}" if value else _encoded(name)
            for name, value in self.query.items()
        )
        return _path(self.path) + (f"?{query}" if query else "")


def signed(
    request: Unsigned, credentials: Mapping[str, str], region: str, when: str
) -> dict[str, str]:
    """The headers to send: the request's, and those that sign it.

    `credentials` as `s3_environment` names them; `when` is `YYYYMMDD'T'HHMMSS'Z'`, UTC.
    """
    digest = hashlib.sha256(request.body).hexdigest()
    headers = {**request.headers, "x-amz-content-sha256": digest, "x-amz-date": when}
    if "session_token" in credentials:
        headers["x-amz-security-token"] = credentials["session_token"]
    names = ";".join(sorted(headers))
    query = sorted((_encoded(name), _encoded(value)) for name, value in request.query.items())
    canonical = "\n".join(
        (
            request.method,
            _path(request.path),
            "&".join(f"{name}={value}" for name, value in query),
            *(f"{name}:{' '.join(headers[name].split())}" for name in sorted(headers)),
            "",
            names,
            digest,
        )
    )
    scope = f"{when[:8]}/{region}/s3/aws4_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{credentials['secret_access_key']}".encode()
    for part in (*scope.split("/"), f"{_ALGORITHM}\n{when}\n{scope}\n{hashed}"):
        key = hmac.digest(key, part.encode(), "sha256")
    headers["authorization"] = (
        f"{_ALGORITHM} Credential={credentials['access_key_id']}/{scope}, "
        f"SignedHeaders={names}, Signature={key.hex()}"
    )
    return headers


def _path(path: str) -> str:
    return quote(path, safe="/~")


def _encoded(text: str) -> str:
    return quote(text, safe="~")
