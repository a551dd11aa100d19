"""Two workspaces at one bucket: what one publishes, the other neither undoes nor overwrites."""

import json

import pytest

from manifest_sync.formats.manifest_json import parse_manifest
from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, PREFIX, Place

pytestmark = BOTH_SERVERS_SLOWLY


def test_what_is_pushed_is_published(place: Place) -> None:
    place.begin_pushed()
    text = place.bucket.get(PREFIX + "manifest.json")
    assert text == place.manifest()
    assert parse_manifest(text, "published").lines.keys() == FILES.keys()


def test_an_edit_of_others_is_taken_in_and_not_undone(place: Place, other: Place) -> None:
    other.write({"a.txt": b"a better caption"})
    other.quickly("push", "--yes")
    place.write({"10_subject/b.txt": b"mine"})
    ran = place.run("push", "--yes")
    assert "1 updated by others" in ran.out or "pull" in ran.out
    assert place.objects()["a.txt"] == b"a better caption"
    assert place.objects()["10_subject/b.txt"] == b"mine"
    place.quickly("pull", "--yes")
    other.quickly("pull", "--yes")
    assert place.files() == other.files() == place.objects()
    assert place.manifest() == other.manifest() == place.bucket.get(PREFIX + "manifest.json")


def test_a_file_that_others_deleted_does_not_come_back(place: Place, other: Place) -> None:
    (other.style / "a.jpg").unlink()
    (other.style / "a.txt").unlink()
    other.quickly("push", "--delete", "--yes")
    place.write({"new.png": b"new"})
    place.quickly("push", "--yes")
    assert place.objects().keys() == FILES.keys() - {"a.jpg", "a.txt"} | {"new.png"}
    assert (place.style / "a.jpg").exists()
    place.quickly("pull", "--delete", "--yes")
    assert not (place.style / "a.jpg").exists()


def test_a_file_never_downloaded_is_not_deleted_by_a_push(place: Place, other: Place) -> None:
    place.write({"new.png": b"new", "new.txt": b"new caption"})
    place.quickly("push", "--yes")
    other.write({"a.txt": b"edited"})
    other.quickly("push", "--delete", "--yes")
    assert place.objects().keys() == FILES.keys() | {"new.png", "new.txt"}


def test_edits_of_both_are_a_conflict_that_a_choice_settles(place: Place, other: Place) -> None:
    other.write({"a.txt": b"theirs", "10_subject/b.txt": b"their b"})
    other.quickly("push", "--yes")
    place.write({"a.txt": b"mine", "10_subject/b.txt": b"my b"})
    row = place.row("push", "--yes", status=6)
    assert {conflict["path"] for conflict in row["conflicts"]} == {"a.txt", "10_subject/b.txt"}
    assert place.objects()["a.txt"] == b"theirs"
    place.quickly("push", "--take", "local", "styles/16/a.txt", "--yes", status=6)
    assert place.objects()["a.txt"] == b"mine"
    assert place.objects()["10_subject/b.txt"] == b"their b"
    assert b"theirs" in place.kept()
    place.quickly("pull", "--take", "s3", "styles/16/10_subject/b.txt", "--yes")
    assert place.files()["10_subject/b.txt"] == b"their b"
    assert "All files are already synced to S3!" in place.quickly("push").out


def test_the_scope_is_the_teams(place: Place, other: Place) -> None:
    manifest = json.loads(other.manifest())
    (other.style / "manifest.json").write_text(json.dumps({**manifest, "ignore": ["a.*"]}))
    other.write({"10_subject/b.txt": b"so that there is something to push"})
    other.quickly("push", "--delete", "--yes")
    assert place.published()["ignore"] == ["a.*"]
    assert place.published()["files"].keys() == FILES.keys() - {"a.jpg", "a.txt"}
    place.write({"a.txt": b"edited, but out of scope by now"})
    place.quickly("push", "--delete", "--yes")
    place.quickly("pull", "--delete", "--yes")
    assert json.loads(place.manifest())["ignore"] == ["a.*"]
    assert place.files()["a.txt"] == b"edited, but out of scope by now"
    assert place.objects()["a.txt"] == FILES["a.txt"]


def test_taking_an_ignore_out_lets_the_files_in_again(place: Place, other: Place) -> None:
    for ignored in (["10_subject/"], []):
        manifest = json.loads(other.manifest())
        (other.style / "manifest.json").write_text(json.dumps({**manifest, "ignore": ignored}))
        other.write({"a.txt": f"so that there is something to push: {ignored}".encode()})
        other.quickly("push", "--yes")
        place.quickly("pull", "--delete", "--yes")
    assert "ignore" not in json.loads(place.manifest())
    assert place.files() == other.files() == place.objects()
    assert place.manifest() == place.bucket.get(PREFIX + "manifest.json")


def test_once_it_was_read_a_published_manifest_costs_no_request(place: Place, other: Place) -> None:
    place.write({"a.txt": b"edited"})
    place.quickly("push", "--yes")
    other.quickly("pull", "--yes")
    for way in ("push", "pull"):
        assert other.row(way)["requests"] == {
            "list": 1, "head": 0, "get": 0, "put": 0, "copy": 0, "delete": 0,
        }  # fmt: skip


@pytest.mark.parametrize("text", [
    b'{"version": 1, "style": "17", "remote": "s3://b/x/", "files": {}}',
    b'{"version": 2, "style": "16", "remote": "s3://b/x/", "files": {}}',
    b"not a manifest",
])  # fmt: skip
def test_a_published_manifest_that_is_not_ours_is_refused(place: Place, text: bytes) -> None:
    place.begin()
    place.bucket.put(PREFIX + "manifest.json", text)
    for way in ("push", "pull"):
        assert "manifest.json" in place.run(way, "--yes", status=5).err
    assert place.objects() == {}
    assert place.bucket.get(PREFIX + "manifest.json") == text


def test_a_saved_plan_is_stale_once_others_have_spoken(place: Place, other: Place) -> None:
    place.write({"a.txt": b"mine"})
    place.quickly("record")
    place.quickly("plan", "--to", "s3", "--out", "saved.plan")
    other.write({"a.txt": b"theirs"})
    other.quickly("push", "--yes")
    place.bucket.put(PREFIX + "a.txt", FILES["a.txt"])  # published, and not arrived yet
    assert "a.txt" in place.run("apply", "saved.plan", status=4).err
    assert place.objects()["a.txt"] == FILES["a.txt"]
