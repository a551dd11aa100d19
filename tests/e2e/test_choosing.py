"""Syncing only a kind of file, and deciding conflicts."""

from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, PREFIX, Place

pytestmark = BOTH_SERVERS_SLOWLY


def test_only_one_kind_is_sent_and_deleted(place: Place) -> None:
    place.begin_pushed()
    place.write({"a.txt": b"edited caption", "new.png": b"new"})
    (place.style / "10_subject/b.png").unlink()
    (place.style / "10_subject/b.txt").unlink()
    place.run("push", "--only", "captions", "--delete", "--yes")
    assert place.objects() == {
        "a.jpg": FILES["a.jpg"],
        "a.txt": b"edited caption",
        "10_subject/b.png": FILES["10_subject/b.png"],
    }
    place.quickly("push", "--only", "images", "--delete", "--yes")
    assert place.objects() == place.files()


def test_only_one_kind_is_fetched_and_deleted(place: Place) -> None:
    place.begin_pushed()
    place.bucket.put(PREFIX + "a.txt", b"their caption")
    place.bucket.put(PREFIX + "a.jpg", b"their image")
    for path in ("10_subject/b.png", "10_subject/b.txt"):
        place.bucket.delete(PREFIX + path)
    place.run("pull", "--only", "images", "--delete", "--yes")
    assert place.files() == {
        "a.jpg": b"their image",
        "a.txt": FILES["a.txt"],
        "10_subject/b.txt": FILES["10_subject/b.txt"],
    }
    place.quickly("pull", "--only", "captions", "--delete", "--yes")
    assert place.files() == place.objects()


def test_conflicts_wait_until_somebody_chooses(place: Place) -> None:
    place.begin_pushed()
    ours = {"a.txt": b"our a", "10_subject/b.txt": b"our b", "a.jpg": b"our image"}
    theirs = {path: data.replace(b"our", b"their") for path, data in ours.items()}
    place.write(ours)
    for path, data in theirs.items():
        place.bucket.put(PREFIX + path, data)

    row = place.row("push", "--yes", "--delete", status=6)
    assert [each["path"] for each in row["conflicts"]] == ["10_subject/b.txt", "a.jpg", "a.txt"]
    place.quickly("pull", "--yes", "--delete", status=6)
    assert place.files() == FILES | ours
    assert place.objects() == FILES | theirs

    place.run("push", "--yes", "--take", "local", "styles/16/a.txt", status=6)
    assert place.objects() == FILES | theirs | {"a.txt": b"our a"}
    place.quickly("pull", "--yes", "--take", "s3", "10_subject/b.txt", status=6)
    assert place.files() == FILES | ours | {"10_subject/b.txt": b"their b"}
    place.quickly("pull", "--yes", "--overwrite")
    assert place.files() == place.objects()
    assert place.files()["a.jpg"] == b"their image"
    assert [file.read_bytes() for file in place.root.rglob("trash/**/a.jpg")] == [b"our image"]
    assert place.kept() == [b"their a"]
