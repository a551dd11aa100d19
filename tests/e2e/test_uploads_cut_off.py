"""A push that is killed in the middle of a large upload: the next one gives it up, and no other."""

from typing import Any

import pytest

from tests.e2e.killing import run_and_kill
from tests.e2e.meddler import Meddler
from tests.e2e.places import BOTH_SERVERS_SLOWLY, PREFIX, Place

pytestmark = BOTH_SERVERS_SLOWLY

_LARGE = bytes(65 << 20)
"""More than is sent in one request: five parts."""


def _uploads(place: Place) -> dict[str, str]:
    """Upload id → key, of what is under way in the bucket."""
    answer = place.bucket.client.list_multipart_uploads(Bucket=place.bucket.name)
    return {each["UploadId"]: each["Key"] for each in answer.get("Uploads", ())}


def _of_another_program(place: Place, path: str) -> str:
    """Begin an upload as another program would."""
    client, name = place.bucket.client, place.bucket.name
    begun = client.create_multipart_upload(Bucket=name, Key=PREFIX + path)
    client.upload_part(
        Bucket=name, Key=PREFIX + path, UploadId=begun["UploadId"], PartNumber=1, Body=b"part"
    )
    return begun["UploadId"]


@pytest.mark.parametrize(("method", "number"), [("PUT", 3), ("POST", 2)])
def test_what_was_sent_of_it_is_given_up_by_the_next_run(
    place: Place, meddler: Meddler, method: str, number: int
) -> None:
    place.begin_pushed({"a.txt": b"caption"})
    place.write({"a.png": _LARGE})
    others = {_of_another_program(place, "a.png"), _of_another_program(place, "b.png")}
    path = place.url_path("a.png")
    assert run_and_kill(place, meddler, ("push", "--yes"), number, lambda *to: to == (method, path))
    assert len(_uploads(place)) >= len(others)
    place.quickly("push", "--yes")
    assert _uploads(place).keys() == others
    assert place.objects() == place.files()


def test_another_command_gives_it_up_too(place: Place, meddler: Meddler) -> None:
    place.begin_pushed({"a.txt": b"caption"})
    place.write({"a.png": _LARGE})
    path = place.url_path("a.png")
    assert run_and_kill(place, meddler, ("push", "--yes"), 3, lambda *to: to == ("PUT", path))
    [(_, key)] = _uploads(place).items()
    assert key == PREFIX + "a.png"
    (place.style / "a.png").unlink()
    place.quickly("pull", "--yes")
    assert _uploads(place) == {}


def test_what_cannot_be_given_up_is_told_and_tried_again(place: Place, meddler: Meddler) -> None:
    place.begin_pushed({"a.txt": b"caption"})
    place.write({"a.png": _LARGE})
    path = place.url_path("a.png")
    assert run_and_kill(place, meddler, ("push", "--yes"), 3, lambda *to: to == ("PUT", path))
    meddler.refused = {("DELETE", path)}
    said = place.quickly("push", "--yes").err
    assert "Warning: An upload that was cut off could not be given up: " in said
    assert len(_uploads(place)) == 1
    meddler.refused = set()
    place.quickly("push", "--yes")
    assert _uploads(place) == {}


def test_who_is_killed_before_it_is_noted_leaves_an_upload_without_a_byte(
    place: Place, meddler: Meddler
) -> None:
    place.begin_pushed({"a.txt": b"caption"})
    place.write({"a.png": _LARGE})
    path = place.url_path("a.png")
    assert run_and_kill(place, meddler, ("push", "--yes"), 1, lambda *to: to == ("POST", path))
    place.quickly("push", "--yes")
    for upload, key in _uploads(place).items():
        parts: Any = place.bucket.client.list_parts(
            Bucket=place.bucket.name, Key=key, UploadId=upload
        )
        assert parts.get("Parts", []) == []
    assert place.objects() == place.files()
