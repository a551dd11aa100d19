"""S3's long documents, read and written in a tenth of the time that botocore takes.

What is read is put as botocore puts it, but for fields that nobody here asks for. A document that
is another than was expected is not read: botocore is to say what it makes of that.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

_LINE_ENDS = {"\r": "&#xD;", "\n": "&#xA;"}
"""XML would make the one of the other."""


def read_versions(body: bytes) -> dict[str, Any] | None:
    """A page of ListObjectVersions; None where it is something else."""
    root = _root(body, "ListVersionsResult")
    if root is None:
        return None
    space = _space(root)
    key, version_id, latest = f"{space}Key", f"{space}VersionId", f"{space}IsLatest"
    size, etag = f"{space}Size", f"{space}ETag"
    texts = {name: root.findtext(space + name) for name in _TEXTS}
    try:
        return {
            **{name: text for name, text in texts.items() if text is not None},
            "IsTruncated": root.findtext(f"{space}IsTruncated") == "true",
            "Versions": [
                {
                    "Key": _text(row, key),
                    "VersionId": _text(row, version_id),
                    "IsLatest": _text(row, latest) == "true",
                    "Size": int(_text(row, size)),
                    "ETag": _text(row, etag),
                }
                for row in root.iterfind(f"{space}Version")
            ],
            "DeleteMarkers": [
                {"Key": _text(row, key), "VersionId": _text(row, version_id)}
                for row in root.iterfind(f"{space}DeleteMarker")
            ],
        }
    except ValueError:
        return None


_TEXTS = ("EncodingType", "NextKeyMarker", "NextVersionIdMarker")


def read_deleted(body: bytes) -> dict[str, Any] | None:
    """What DeleteObjects tells of each key; None where it is something else."""
    root = _root(body, "DeleteResult")
    if root is None:
        return None
    space = _space(root)
    return {
        "Deleted": [
            {"Key": row.findtext(f"{space}Key", "")} for row in root.iterfind(f"{space}Deleted")
        ],
        "Errors": [
            {name: row.findtext(space + name, "") for name in ("Key", "Code", "Message")}
            for row in root.iterfind(f"{space}Error")
        ],
    }


def read_text(body: bytes, documents: Collection[str], element: str) -> str | None:
    """The text of an element of a document of such a name, "" where it has none; None as above."""
    root = _root(body, *documents)
    return root.findtext(_space(root) + element, "") if root is not None else None


def deletion_of(objects: "Sequence[ObjectIdentifierTypeDef]") -> bytes:
    """What DeleteObjects is to do, and to tell of each."""
    rows = (
        "<Object>"
        + "".join(f"<{name}>{escape(str(text), _LINE_ENDS)}</{name}>" for name, text in row.items())
        + "</Object>"
        for row in objects
    )
    space = "http://s3.amazonaws.com/doc/2006-03-01/"
    return f'<Delete xmlns="{space}">{"".join(rows)}<Quiet>false</Quiet></Delete>'.encode()


def _root(body: bytes, *names: str) -> ET.Element | None:
    """The document, where it is one of those."""
    try:
        root = ET.XML(body)
    except ET.ParseError:
        return None
    return root if root.tag.rpartition("}")[2] in names else None


def _space(root: ET.Element) -> str:
    """What stands in front of every element's name: servers name S3's namespace, or none."""
    space, brace, _ = root.tag.rpartition("}")
    return space + brace


def _text(row: ET.Element, name: str) -> str:
    """Raises ValueError where it is not there."""
    text = row.findtext(name)
    if text is None:
        raise ValueError(name)
    return text
