"""From no byte at all to more than one request can carry."""

import random

import pytest

from tests.e2e.places import BOTH_SERVERS_SLOWLY, PREFIX, Place

pytestmark = [BOTH_SERVERS_SLOWLY, pytest.mark.timeout(600)]

_MB = 1 << 20


def _noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311 - bytes that do not repeat


def test_empty_large_and_larger_than_a_request(place: Place) -> None:
    files = {
        "empty.txt": b"",
        "empty.png": b"",
        "large.png": _noise(50 * _MB),
        "in parts.tif": _noise(65 * _MB + 7),
    }
    place.begin(files)
    sent = place.row("push", "--yes")
    assert (sent["created"], sent["failed"]) == (4, 0)
    assert place.objects() == files
    etag = place.bucket.client.head_object(Bucket=place.bucket.name, Key=PREFIX + "in parts.tif")
    assert "-" in etag["ETag"]
    again = place.quick_row("push")
    assert (again["unchanged"], again["hashed"]) == (4, 0)
    assert not any(count for kind, count in again["requests"].items() if kind != "list")

    other = place.second()
    fetched = other.row("clone", place.bucket.remote(), "styles/16")
    assert (fetched["created"], fetched["bytes"]) == (4, sum(map(len, files.values())))
    assert other.files() == files
    assert other.quick_row("pull")["hashed"] == 0
