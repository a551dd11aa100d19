"""Transfers that fail, each by itself: the others go on, and that path is as it was."""

from tests.e2e.meddler import Meddler
from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, PREFIX, Place

pytestmark = BOTH_SERVERS_SLOWLY


def test_an_upload_that_fails_leaves_its_path_as_it_was(place: Place, meddler: Meddler) -> None:
    place.begin_pushed()
    new = {"a.txt": b"edited", "10_subject/b.txt": b"edited too", "new.png": b"new"}
    place.write(new)
    (place.style / "a.jpg").unlink()
    meddler.refused = {("PUT", place.url_path("a.txt"))}
    ran = place.run("push", "--yes", "--delete", status=3)
    assert "Failed to update a.txt (16): the credentials do not allow to write " in ran.err
    assert "1 change of 16: not deleted, because another change of this style failed" in ran.err
    assert place.objects() == FILES | new | {"a.txt": FILES["a.txt"]}
    assert place.files()["a.txt"] == b"edited"

    meddler.refused = set()
    row = place.quick_row("push", "--yes", "--delete")
    assert (row["updated"], row["deleted"], row["failed"]) == (1, 1, 0)
    assert place.objects() == place.files()


def test_a_download_that_fails_leaves_its_path_as_it_was(place: Place, meddler: Meddler) -> None:
    place.begin_pushed()
    theirs = {"a.txt": b"theirs", "10_subject/b.txt": b"theirs too", "new.png": b"new"}
    for path, data in theirs.items():
        place.bucket.put(PREFIX + path, data)
    place.bucket.delete(PREFIX + "a.jpg")
    meddler.refused = {("GET", place.url_path("a.txt"))}
    row = place.row("pull", "--yes", "--delete", status=3)
    assert (row["created"], row["updated"], row["failed"], row["skipped"]) == (1, 1, 1, 1)
    assert place.files() == FILES | theirs | {"a.txt": FILES["a.txt"]}
    assert not list(place.style.rglob(".ms-*"))
    meddler.refused = set()
    place.quickly("pull", "--yes", "--delete")
    assert place.files() == place.objects()


def test_an_answer_that_is_lost_is_no_failure(place: Place, meddler: Meddler) -> None:
    place.begin_pushed()
    place.write({"a.txt": b"edited", "new.png": b"new"})
    (place.style / "a.jpg").unlink()
    meddler.unanswered = {
        ("PUT", place.url_path("a.txt")),
        ("PUT", place.url_path("new.png")),
        ("DELETE", place.url_path("a.jpg")),
    }
    row = place.row("push", "--yes", "--delete")
    assert not meddler.unanswered
    assert (row["created"], row["updated"], row["deleted"], row["failed"]) == (1, 1, 1, 0)
    assert place.objects() == place.files()
    assert sorted(place.kept()) == [b"caption a", b"image a"]


def test_a_file_that_changes_before_its_turn_is_not_sent(place: Place, meddler: Meddler) -> None:
    place.begin_pushed()
    place.write({"a.txt": b"first", "z.png": b"new"})
    # Captions come before images, so the image is still to be read.
    meddler.before = lambda method, path: _edit(place, method, path)
    ran = place.run("push", "--yes", status=3)
    assert "Failed to create z.png (16): “z.png” changed" in ran.err
    assert place.objects() == FILES | {"a.txt": b"first"}
    place.quickly("push", "--yes")
    assert place.objects() == place.files()
    assert place.files()["z.png"] == b"now"


def _edit(place: Place, method: str, path: str) -> None:
    if method == "PUT" and path == place.url_path("a.txt"):
        (place.style / "z.png").write_bytes(b"now")


def test_a_large_file_that_changes_while_it_is_sent_is_not_left_on_s3(
    place: Place, meddler: Meddler
) -> None:
    place.begin_pushed()
    with (place.style / "large.tif").open("wb") as file:
        file.truncate(65 << 20)
    meddler.before = lambda method, _path: _append(place, method)
    ran = place.run("push", "--yes", status=3)
    assert "Failed to create large.tif (16): “large.tif” changed" in ran.err
    assert place.objects() == FILES
    client = place.bucket.client
    assert "Uploads" not in client.list_multipart_uploads(Bucket=place.bucket.name)


def _append(place: Place, method: str) -> None:
    if method == "PUT":
        with (place.style / "large.tif").open("ab") as file:
            file.write(b"more")
