"""Sync Deletes: nothing is deleted unless it is asked for, and nothing deleted is lost."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, PREFIX, Place

pytestmark = BOTH_SERVERS_SLOWLY


def _bytes_at(place: Place, kept_at: str) -> bytes:
    """What is kept, read by another client."""
    if not kept_at.startswith("s3://"):
        return (place.root / ".manifest-sync" / kept_at).read_bytes()
    bucket, _, rest = kept_at.removeprefix("s3://").partition("/")
    key, _, version = rest.partition("?versionId=")
    where: dict[str, Any] = {"Bucket": bucket, "Key": unquote(key)}
    if version:
        where["VersionId"] = version
    return place.bucket.client.get_object(**where)["Body"].read()


def test_without_delete_no_command_deletes(place: Place) -> None:
    place.begin_pushed()
    (place.style / "a.jpg").unlink()
    (place.style / "a.txt").unlink()
    place.bucket.delete(PREFIX + "10_subject/b.png")
    ran = place.run("push", "--yes", "--overwrite")
    assert "  2 deletions withheld; add --delete to make them: a.jpg, a.txt\n" in ran.out
    assert place.objects().keys() == FILES.keys()

    place.bucket.delete(PREFIX + "10_subject/b.png")
    place.quickly("record")
    for command in (["pull"], ["apply", "--to", "s3"], ["apply", "--to", "local"]):
        before = place.files().keys(), place.objects().keys()
        place.quickly(*command, "--yes", "--overwrite")
        assert place.files().keys() >= before[0], command
        assert place.objects().keys() >= before[1], command


@pytest.mark.parametrize("versioned", [False, True])
def test_deleted_and_replaced_objects_are_listed_and_kept(place: Place, versioned: bool) -> None:
    if versioned:
        place.bucket.client.put_bucket_versioning(
            Bucket=place.bucket.name, VersioningConfiguration={"Status": "Enabled"}
        )
    old = FILES | {"50% off? #1.jpg": b"odd"}
    place.begin_pushed(old)
    (place.style / "a.jpg").unlink()
    (place.style / "50% off? #1.jpg").unlink()
    place.write({"a.txt": b"new caption"})
    pushed = place.run("push", "--delete", "--yes")
    assert [line for line in pushed.out.splitlines() if line.startswith("Deleted")] == [
        "Deleted from S3 (not in local): 50% off? #1.jpg",
        "Deleted from S3 (not in local): a.jpg",
    ]
    assert place.objects().keys() == FILES.keys() - {"a.jpg"}

    rows = place.quickly("history", "--deletions", "--json").document()["deletions"]
    assert {row["path"]: row["replaced"] for row in rows} == {
        "50% off? #1.jpg": False,
        "a.jpg": False,
        "a.txt": True,
    }
    for row in rows:
        assert _bytes_at(place, row["kept_at"]) == old[row["path"]]
        assert ("?versionId=" in row["kept_at"]) is versioned
        assert (row["side"], row["style"], row["restorable"]) == ("s3", "16", True)
        assert row["size"] == len(old[row["path"]])
    if not versioned:
        assert place.bucket.keys(".manifest-sync-trash/")


def test_the_history_of_deletions_tells_everything_newest_first(place: Place) -> None:
    place.begin_pushed()
    (place.style / "a.jpg").unlink()
    place.quickly("push", "--delete", "--yes")
    place.bucket.delete(PREFIX + "a.txt")
    pulled = place.run("pull", "--delete", "--yes")
    assert pulled.out.count("Deleted") == 1
    assert "\nDeleted local file (not in S3): a.txt\n" in pulled.out
    assert not (place.style / "a.txt").exists()

    [newest, oldest] = place.run("history", "--deletions", "--json").document()["deletions"]
    assert newest["when"] >= oldest["when"]
    assert newest["when"].endswith("Z")
    assert (newest["side"], newest["path"], newest["reason"]) == ("local", "a.txt", "deleted")
    assert (oldest["side"], oldest["path"], oldest["reason"]) == ("s3", "a.jpg", "deleted")
    assert newest["kept_at"].startswith("trash/")
    assert _bytes_at(place, newest["kept_at"]) == FILES["a.txt"]
    for row in (newest, oldest):
        assert row["md5"] == hashlib.md5(FILES[row["path"]], usedforsecurity=False).hexdigest()
        assert all(row[name] for name in ("id", "user", "host", "apply", "plan"))
    assert newest["apply"] != oldest["apply"]

    lines = place.run("history", "--deletions").out.splitlines()
    assert len(lines) == 2
    assert f"deleted in the folder: a.txt (9 B) of 16, kept at {newest['kept_at']}" in lines[0]
    assert f"deleted on S3: a.jpg (7 B) of 16, kept at {oldest['kept_at']}" in lines[1]
    assert lines[0].lstrip().startswith(newest["id"])


def test_replaced_files_are_in_the_trash_of_the_workspace(place: Place) -> None:
    place.begin_pushed()
    place.bucket.put(PREFIX + "a.txt", b"theirs")
    place.run("pull", "--yes")
    [row] = place.quickly("history", "--deletions", "--json").document()["deletions"]
    assert (row["side"], row["replaced"]) == ("local", True)
    assert Path(row["kept_at"]).name == "a.txt"
    assert _bytes_at(place, row["kept_at"]) == FILES["a.txt"]
