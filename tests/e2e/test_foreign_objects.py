"""Objects that another client wrote in its own way: in parts, encrypted, with no MD5 to be seen."""

from tests.e2e.places import BOTH_SERVERS_SLOWLY, PREFIX, Place

pytestmark = BOTH_SERVERS_SLOWLY

_PART = 5 << 20
"""Bytes: the smallest part that S3 takes, but for the last."""
_IN_PARTS = b"m" * _PART + b"end"


def _put_in_parts(place: Place, path: str, data: bytes) -> None:
    """Upload without any metadata, in two parts."""
    client, bucket, key = place.bucket.client, place.bucket.name, PREFIX + path
    upload = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    etags = [
        client.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=n, Body=part)["ETag"]
        for n, part in enumerate((data[:_PART], data[_PART:]), start=1)
    ]
    client.complete_multipart_upload(
        Bucket=bucket,
        Key=key,
        UploadId=upload,
        MultipartUpload={
            "Parts": [{"PartNumber": n, "ETag": etag} for n, etag in enumerate(etags, start=1)]
        },
    )


def test_an_object_in_parts_is_recognised_by_the_local_file(place: Place) -> None:
    place.begin({"same.png": _IN_PARTS, "other.png": _IN_PARTS[::-1]})
    _put_in_parts(place, "same.png", _IN_PARTS)
    _put_in_parts(place, "other.png", _IN_PARTS)
    document = place.run("compare", "16", "--json").document()
    assert [each["filename"] for each in document["identical"]] == ["same.png"]
    assert [each["filename"] for each in document["different"]] == ["other.png"]
    row = place.row("push", "--yes")
    assert (row["updated"], row["unchanged"], row["bytes"]) == (1, 1, len(_IN_PARTS))
    again = place.quick_row("push")
    assert not any(count for kind, count in again["requests"].items() if kind != "list")


def test_an_object_in_parts_is_fetched_and_then_known(place: Place) -> None:
    _put_in_parts(place, "theirs.png", _IN_PARTS)
    place.begin({})
    place.run("pull", "--yes")
    assert place.files() == {"theirs.png": _IN_PARTS}
    again = place.quick_row("pull")
    assert again["hashed"] == 0
    assert not any(count for kind, count in again["requests"].items() if kind != "list")
