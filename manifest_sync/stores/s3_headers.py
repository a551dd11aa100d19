"""What is said beside an object's bytes: its type, its MD5 and its mtime, as rclone says them."""

import base64
import binascii
import mimetypes
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from manifest_sync.stores.base import Body

_TEXT = "text/plain; charset=utf-8"
_TYPES = {
    ".avif": "image/avif",
    ".caption": _TEXT,
    ".jxl": "image/jxl",
    ".txt": _TEXT,
    ".webp": "image/webp",
}
"""Where a system's own table may be silent, or leaves the encoding open."""

_MD5_BYTES = 16
_MD5_HEX = re.compile(r"[0-9a-f]{32}")


def content_type(path: str) -> str:
    """The Content-Type by the last suffix."""
    return _type_of("." + path.rpartition("/")[2].rpartition(".")[2].lower())


@lru_cache(maxsize=256)
def _type_of(suffix: str) -> str:
    return _TYPES.get(suffix) or mimetypes.guess_type("x" + suffix)[0] or "application/octet-stream"


def metadata(body: Body) -> dict[str, str]:
    """User metadata: `md5chksum` (base64), `mtime` (seconds since 1970, with decimals), notes."""
    return {
        **body.notes,
        "md5chksum": base64_md5(body.content.md5),
        "mtime": format(Decimal(body.modified_ns).scaleb(-9), "f"),
    }


def attributes_of(key: str, body: Body) -> dict[str, str]:
    """Type and metadata, as obstore takes them."""
    return {"Content-Type": content_type(key), **metadata(body)}


def modified_ns(metadata: Mapping[str, str], last_modified: datetime) -> int:
    """The mtime in the metadata where it is one, else when the object was written."""
    try:
        return int(Decimal(metadata["mtime"]).scaleb(9))
    except (KeyError, InvalidOperation, ValueError, OverflowError):
        return int(last_modified.timestamp()) * 1_000_000_000


def base64_md5(md5: str) -> str:
    """An MD5 as Content-MD5 and `md5chksum` spell it."""
    return base64.b64encode(bytes.fromhex(md5)).decode()


def md5_of_base64(text: str | None) -> str | None:
    """The inverse; None where the text is no MD5."""
    try:
        digest = base64.b64decode(text or "", validate=True)
    except binascii.Error:
        return None
    return digest.hex() if len(digest) == _MD5_BYTES else None


def bare(etag: str | None) -> str:
    """An ETag without quotes. Ceph RGW leaves them out in some answers itself."""
    return (etag or "").strip('"')


def looks_like_md5(etag: str) -> bool:
    """Whether an ETag may be an MD5; those of multipart uploads end in `-N`."""
    return _MD5_HEX.fullmatch(etag) is not None
