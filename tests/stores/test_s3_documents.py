"""What we read of S3's documents is what botocore reads of them."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from botocore.parsers import create_parser
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.stores.s3_documents import (
    deletion_of,
    read_deleted,
    read_text,
    read_versions,
)

SPACES = ["", ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"']
ROW = (
    "<Key>{key}</Key><VersionId>{version}</VersionId><IsLatest>{latest}</IsLatest>"
    "<LastModified>2026-01-01T00:00:00.000Z</LastModified>"
    "<Owner><ID>o</ID><DisplayName>Key</DisplayName></Owner>"
)
VERSION = (
    f"<Version>{ROW}<ETag>&quot;e&quot;</ETag><Size>7</Size>"
    "<StorageClass>STANDARD</StorageClass></Version>"
)
MARKER = f"<DeleteMarker>{ROW}</DeleteMarker>"


def by_botocore(operation: str, body: bytes) -> dict[str, Any]:
    shape = Session().get_service_model("s3").operation_model(operation).output_shape
    assert shape is not None
    told = create_parser("rest-xml").parse({"status_code": 200, "headers": {}, "body": body}, shape)
    return {name: value for name, value in told.items() if name != "ResponseMetadata"}


def page(space: str, *rows: str, cut: bool = False) -> bytes:
    head = (
        "<EncodingType>url</EncodingType>"
        if not cut
        else (
            "<IsTruncated>true</IsTruncated><NextKeyMarker>a&amp;b</NextKeyMarker>"
            "<NextVersionIdMarker>v</NextVersionIdMarker>"
        )
    )
    name, rest = "ListVersionsResult", "".join(rows)
    return f"<?xml version='1.0'?>\n<{name}{space}>{head}{rest}</{name}>".encode()


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("space", SPACES)
def test_a_page_of_versions(space: str, cut: bool) -> None:
    body = page(
        space,
        VERSION.format(key="a &amp; b+%C3%A4 .png", version="1", latest="true"),
        MARKER.format(key="日本", version="2", latest="true"),
        VERSION.format(key="日本", version="null", latest="false"),
        cut=cut,
    )
    ours, theirs = read_versions(body), by_botocore("ListObjectVersions", body)
    assert ours is not None
    for name in ("Versions", "DeleteMarkers"):
        assert len(ours[name]) == len(theirs[name])
        for one, other in zip(ours[name], theirs[name], strict=True):
            assert one == {field: other[field] for field in one}
    for name in ("EncodingType", "NextKeyMarker", "NextVersionIdMarker"):
        assert ours.get(name) == theirs.get(name)
    assert ours["IsTruncated"] is theirs.get("IsTruncated", False) is cut


@pytest.mark.parametrize("space", SPACES)
def test_what_became_of_each_key(space: str) -> None:
    body = (
        f"<DeleteResult{space}><Deleted><Key>a&amp;b&#13;</Key><DeleteMarker>true</DeleteMarker>"
        "<DeleteMarkerVersionId>d</DeleteMarkerVersionId></Deleted>"
        "<Error><Key> c </Key><Code>AccessDenied</Code><Message>No &lt;</Message></Error>"
        "<Deleted><Key>日本</Key></Deleted></DeleteResult>"
    ).encode()
    ours, theirs = read_deleted(body), by_botocore("DeleteObjects", body)
    assert ours is not None
    assert ours["Deleted"] == [{"Key": row["Key"]} for row in theirs["Deleted"]]
    assert ours["Errors"] == theirs["Errors"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not XML",
        b"<Error><Code>InternalError</Code></Error>",
        b"<ListBucketResult/>",
        b"<ListVersionsResult><Version><Key>a</Key>",
        b"<ListVersionsResult><Version><Key>a</Key></Version></ListVersionsResult>",
        page("", VERSION.format(key="a", version="1", latest="true").replace("7", "many")),
    ],
)
def test_anything_else_is_not_read(body: bytes) -> None:
    assert read_versions(body) is None
    assert read_deleted(body) is None
    assert read_text(body, ("Other", "CopyObjectResult"), "ETag") is None


def test_the_text_of_an_element() -> None:
    for space in SPACES:
        body = f"<CopyObjectResult{space}><ETag>&quot;e&quot;</ETag></CopyObjectResult>".encode()
        assert read_text(body, ("Other", "CopyObjectResult"), "ETag") == '"e"'
        assert read_text(body, ("CopyObjectResult",), "Other") == ""


@given(
    st.lists(
        st.text(
            st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])
            | st.sampled_from("\r\n\t<>&\"']")
        )
    )
)
def test_a_server_reads_the_keys_that_were_meant(keys: list[str]) -> None:
    root = ET.XML(deletion_of([{"Key": key, "ETag": '"e"'} for key in keys]))
    space = "{http://s3.amazonaws.com/doc/2006-03-01/}"
    assert [row.findtext(f"{space}Key") for row in root.iter(f"{space}Object")] == keys
    assert {row.findtext(f"{space}ETag") for row in root.iter(f"{space}Object")} <= {'"e"'}
    assert root.findtext(f"{space}Quiet") == "false"
