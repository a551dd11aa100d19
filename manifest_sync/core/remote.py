"""Where a style lives on S3: `s3://bucket/prefix/`."""

import msgspec

from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.paths import why_unsafe

_SCHEME = "s3://"


class Remote(msgspec.Struct, frozen=True):
    """A bucket and the prefix below which a style's objects are: key = prefix + path."""

    bucket: str
    prefix: str
    """Ends in a slash, or is empty."""

    def __str__(self) -> str:
        """`s3://bucket/prefix/`."""
        return f"{_SCHEME}{self.bucket}/{self.prefix}"

    def key(self, path: str) -> str:
        """The key of a path of the style."""
        return self.prefix + path

    @property
    def manifest_key(self) -> str:
        """The key of the published manifest."""
        return self.key(MANIFEST_NAME)

    @property
    def last_segment(self) -> str:
        """What a style is called that has no other name: the prefix's last part, or the bucket."""
        return self.prefix.rstrip("/").rpartition("/")[2] or self.bucket


def parse_remote(text: str) -> Remote:
    """Read a remote; the final slash is optional. Raises ValueError, the end of a sentence."""
    bucket, _, prefix = text.removeprefix(_SCHEME).partition("/")
    if not text.startswith(_SCHEME) or not bucket:
        raise ValueError("it must look like s3://bucket/prefix/")
    prefix = prefix.rstrip("/")
    if not prefix:
        return Remote(bucket, "")
    if (reason := why_unsafe(prefix)) is not None:
        raise ValueError(f"its prefix {reason}")
    return Remote(bucket, f"{prefix}/")
