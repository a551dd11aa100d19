"""`restore` after `remove`: the file is the team's again, and its pattern is gone."""

import json

from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, PREFIX, Place

pytestmark = BOTH_SERVERS_SLOWLY


def header(place: Place) -> list[str]:
    found = json.loads(place.manifest()).get("ignore", [])
    assert isinstance(found, list)
    return found


def last_run(place: Place) -> str:
    [first, *_] = place.quickly("history", "--json").document()["applies"]
    return str(first["id"])


def removed(place: Place, *paths: str) -> str:
    """Remove files, and return the id of that run."""
    place.quickly("remove", "16", *paths, "--yes")
    return last_run(place)


def test_the_team_has_the_file_again(place: Place, other: Place) -> None:
    before = place.manifest()
    run = removed(place, "a.jpg")
    other.quickly("pull", "--yes")
    ran = place.run("restore", "--apply", run, "--yes")
    assert "`ignore` no longer names a.jpg, a.txt; “manifest-sync remove” had put" in ran.out
    assert place.objects() == FILES
    assert place.manifest() == before == place.bucket.get(PREFIX + "manifest.json")
    for way in ("push", "pull"):
        assert place.row(way, "--delete")["outcomes"] == []
    other.quickly("pull", "--delete", "--yes")
    assert other.manifest() == before
    other.write({"a.txt": b"edited by another"})
    other.quickly("push", "--yes")
    assert place.objects()["a.txt"] == b"edited by another"


def test_where_the_folder_lacks_it_it_counts_as_not_downloaded(place: Place) -> None:
    place.begin_pushed()
    run = removed(place, "a.jpg")
    (place.style / "a.jpg").unlink()
    place.run("restore", "--apply", run, "--yes")
    assert json.loads(place.manifest())["files"].keys() == FILES.keys()
    place.quickly("record")
    place.quickly("push", "--delete", "--yes")
    assert place.objects() == FILES
    place.quickly("pull", "--delete", "--yes")
    assert place.files() == FILES


def test_an_edit_made_meanwhile_is_a_conflict_and_not_undone(place: Place) -> None:
    place.begin_pushed()
    run = removed(place, "a.jpg")
    place.write({"a.txt": b"edited while it was ignored"})
    place.run("restore", "--apply", run, "--yes")
    assert place.objects() == FILES
    assert place.files()["a.txt"] == b"edited while it was ignored"
    assert json.loads(place.manifest())["files"].keys() == FILES.keys()
    for way in ("push", "pull"):
        [conflict] = place.row(way, "--delete", "--yes", status=6)["conflicts"]
        assert conflict["path"] == "a.txt"
    place.quickly("push", "--take", "local", "a.txt", "--yes")
    assert place.objects()["a.txt"] == b"edited while it was ignored"


def test_a_file_that_is_here_counts_as_recorded(place: Place) -> None:
    place.begin_pushed()
    run = removed(place, "a.jpg")
    place.run("restore", "--apply", run, "--yes")
    (place.style / "a.jpg").unlink()
    place.quickly("push", "--delete", "--yes")
    assert place.objects().keys() == FILES.keys() - {"a.jpg"}


def test_what_comes_back_into_the_folder_alone_stays_ignored(place: Place) -> None:
    place.begin_pushed()
    place.bucket.put(PREFIX + "a.jpg", b"another image")
    place.quickly("pull", "--yes")
    replaced = last_run(place)
    removed(place, "a.jpg")
    ran = place.run("restore", "--apply", replaced, "--yes")
    assert "ignore" not in ran.out
    assert place.files()["a.jpg"] == FILES["a.jpg"]
    assert header(place) == ["/a.jpg", "/a.txt"]
    assert place.objects().keys() == FILES.keys() - {"a.jpg", "a.txt"}


def test_one_file_of_several_comes_back(place: Place) -> None:
    place.begin_pushed()
    removed(place, "a.jpg", "10_subject/b.png")
    place.run("restore", "10_subject/b.png", "--yes")
    assert header(place) == ["/10_subject/b.txt", "/a.jpg", "/a.txt"]
    assert place.objects().keys() == {"10_subject/b.png"}
    assert place.published()["ignore"] == header(place)
    assert place.published()["files"].keys() == {"10_subject/b.png"}


def test_another_pattern_keeps_it_out_and_is_named(place: Place) -> None:
    place.begin_pushed()
    run = removed(place, "a.jpg")
    manifest = json.loads(place.manifest())
    manifest["ignore"].append("*.txt")
    (place.style / "manifest.json").write_text(json.dumps(manifest))
    ran = place.run("restore", "--apply", run, "--yes")
    assert "  a.txt will be on S3 and yet no part of the style: the manifest's `ignore`" in ran.out
    assert "names it (*.txt).\n" in ran.out
    assert header(place) == ["/a.txt", "*.txt"]
    assert "a.txt" not in json.loads(place.manifest())["files"]
    assert place.bucket.get(PREFIX + "a.txt") == FILES["a.txt"]


def test_a_dry_run_tells_it_and_does_nothing(place: Place) -> None:
    place.begin_pushed()
    run = removed(place, "a.jpg")
    before = place.manifest()
    document = place.run("restore", "--apply", run, "--dry-run", "--json").document()
    assert {row["path"]: row["readmitted"] for row in document["deletions"]} == {
        "a.jpg": True, "a.txt": True,
    }  # fmt: skip
    assert place.manifest() == before
    assert place.objects().keys() == FILES.keys() - {"a.jpg", "a.txt"}


def test_what_others_publish_meanwhile_stays(place: Place, other: Place) -> None:
    run = removed(place, "a.jpg")
    other.write({"new.png": b"new"})
    other.quickly("push", "--yes")
    place.run("restore", "--apply", run, "--yes")
    assert place.objects() == FILES | {"new.png": b"new"}
    assert place.published()["files"].keys() == FILES.keys() | {"new.png"}
    assert "ignore" not in place.published()
