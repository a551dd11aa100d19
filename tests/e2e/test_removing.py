"""remove: objects go, files stay, and nobody brings them back."""

import json

from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, PREFIX, Place

pytestmark = BOTH_SERVERS_SLOWLY

GONE = {"a.jpg", "a.txt"}


def test_objects_go_and_files_stay(place: Place) -> None:
    place.begin_pushed()
    ran = place.run("remove", "16", "styles/16/a.jpg", "--yes")
    assert "Removed from S3 (and ignored from now on): a.jpg\n" in ran.out
    assert place.objects().keys() == FILES.keys() - GONE
    assert place.files() == FILES
    manifest = json.loads(place.manifest())
    assert manifest["ignore"] == ["/a.jpg", "/a.txt"]
    assert manifest["files"].keys() == FILES.keys() - GONE
    assert place.published()["files"] == manifest["files"]
    assert sorted(place.kept()) == sorted(FILES[path] for path in GONE)
    for command in (("push", "--delete"), ("pull", "--delete"), ("push",)):
        place.quickly(*command, "--yes")
        assert place.objects().keys() == FILES.keys() - GONE
        assert place.files() == FILES


def test_history_says_what_was_removed(place: Place) -> None:
    place.begin_pushed()
    place.quickly("remove", "16", "a.jpg", "--no-captions", "--yes")
    document = place.run("history", "--deletions", "--json").document()
    [row] = document["deletions"]
    assert (row["path"], row["side"], row["reason"]) == ("a.jpg", "s3", "removed")
    assert document["applies"][0]["command"] == "remove"
    assert place.objects().keys() == FILES.keys() - {"a.jpg"}


def test_other_workspaces_neither_send_nor_lose_theirs(place: Place, other: Place) -> None:
    place.quickly("remove", "16", "a.jpg", "--yes")
    other.write({"a.txt": b"edited meanwhile"})
    other.quickly("push", "--delete", "--yes")
    other.quickly("pull", "--delete", "--yes")
    assert other.files() == FILES | {"a.txt": b"edited meanwhile"}
    assert other.objects().keys() == FILES.keys() - GONE
    assert json.loads(other.manifest())["ignore"] == ["/a.jpg", "/a.txt"]


def test_taking_the_pattern_out_brings_the_file_back(place: Place) -> None:
    place.begin_pushed()
    place.quickly("remove", "16", "a.jpg", "--yes")
    manifest = json.loads(place.manifest())
    del manifest["ignore"]
    (place.style / "manifest.json").write_text(json.dumps(manifest))
    place.quickly("push", "--yes")
    assert place.objects() == FILES


def test_local_edits_of_other_files_are_none_of_its_business(place: Place) -> None:
    place.begin_pushed()
    place.write({"10_subject/b.txt": b"edited, not recorded", "new.png": b"new"})
    place.quickly("remove", "16", "a.jpg", "--yes")
    assert place.objects()["10_subject/b.txt"] == FILES["10_subject/b.txt"]
    assert "new.png" not in json.loads(place.manifest())["files"]
    assert "new.png" not in place.published()["files"]


def test_it_asks_first_and_a_dry_run_does_nothing(place: Place) -> None:
    place.begin_pushed()
    before = place.manifest()
    assert "- a.jpg" in place.run("remove", "16", "a.jpg", "--dry-run").out
    assert "--yes" in place.run("remove", "16", "a.jpg", status=5).err
    assert (place.objects(), place.manifest()) == (FILES, before)


def test_what_is_not_on_s3_cannot_be_removed(place: Place) -> None:
    place.begin_pushed()
    place.write({"new.png": b"new"})
    ran = place.run("remove", "16", "a.jpg", "new.png", "--yes", status=64)
    assert "new.png is not on S3" in ran.err
    assert place.objects() == FILES


def test_an_ignored_object_can_be_removed(place: Place) -> None:
    place.begin_pushed()
    manifest = json.loads(place.manifest())
    (place.style / "manifest.json").write_text(json.dumps({**manifest, "ignore": ["a.*"]}))
    place.quickly("remove", "16", "a.jpg", "--yes")
    keys = place.bucket.keys(PREFIX)
    assert PREFIX + "a.jpg" not in keys
    assert json.loads(place.manifest())["ignore"] == ["a.*"]
