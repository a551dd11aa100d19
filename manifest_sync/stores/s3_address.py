"""Where things are on S3: what a manifest's `remote` says, and where kept bytes are."""

from urllib.parse import urlsplit

import msgspec

from manifest_sync.core.errors import InvalidInput

_SCHEME = "s3://"


class S3Location(msgspec.Struct, frozen=True):
    """A prefix of a bucket: where a style's objects are."""

    bucket: str
    prefix: str
    """Empty, or with its final slash."""

    def __str__(self) -> str:
        return f"{_SCHEME}{self.bucket}/{self.prefix}"


def parse_location(text: str) -> S3Location:
    """Read `s3://bucket/prefix/`; a missing final slash is added. Raises InvalidInput."""
    bucket, _, prefix = text.removeprefix(_SCHEME).partition("/")
    if not text.startswith(_SCHEME) or not bucket:
        raise InvalidInput(f"“{text}” is not of the form s3://bucket/prefix/")
    return S3Location(bucket, prefix if not prefix or prefix.endswith("/") else prefix + "/")


class S3Place(msgspec.Struct, frozen=True):
    """One object, in one version where the bucket keeps them: where replaced bytes are now.

    As text it is `s3://bucket/key` or `s3://bucket/key?versionId=id`. In the key only `%`, `?`
    and `#` are percent-encoded, so that it stays readable and can still be taken apart again.
    """

    bucket: str
    key: str
    version_id: str | None = None

    def __str__(self) -> str:
        key = self.key.replace("%", "%25").replace("?", "%3F").replace("#", "%23")
        version = f"{_VERSION}{self.version_id}" if self.version_id is not None else ""
        return f"{_SCHEME}{self.bucket}/{key}{version}"


_VERSION = "?versionId="


def parse_place(text: str) -> S3Place:
    """The inverse of `str(place)`. Raises InvalidInput."""
    bucket, _, rest = text.removeprefix(_SCHEME).partition("/")
    key, marker, version_id = rest.partition(_VERSION)
    if not text.startswith(_SCHEME) or not bucket or not key:
        raise InvalidInput(f"“{text}” is not a place on S3")
    key = key.replace("%23", "#").replace("%3F", "?").replace("%25", "%")
    return S3Place(bucket, key, version_id if marker else None)


def shown_endpoint(url: str) -> str:
    """Scheme, host and port of an endpoint: user names, passwords and queries are nobody's.

    Just “S3” for what is no URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "S3"
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


def is_aws(endpoint: str) -> bool:
    """Whether an endpoint is AWS's own, in any of its partitions."""
    host = urlsplit(endpoint).hostname or ""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
