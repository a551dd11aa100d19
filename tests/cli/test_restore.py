"""`restore`: what was deleted or replaced comes back, and stays."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.buckets import Bucket
from tests.commands import Ran, here

PREFIX = "styles/16/"


@pytest.fixture(params=["unversioned", pytest.param("versioned", marks=pytest.mark.slow)])
def bucket(request: pytest.FixtureRequest, bucket: Bucket) -> Bucket:
    """Everything here holds whether the bucket keeps versions or we keep copies."""
    if request.param == "versioned":
        bucket.client.put_bucket_versioning(
            Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
        )
    return bucket


def done(folder: Path, *arguments: str) -> Ran:
    """A command that is expected to succeed."""
    ran = here(folder, *arguments)
    assert ran.status == 0, ran.err
    return ran


def gone(folder: Path) -> list[dict[str, Any]]:
    """The rows of the history, newest first."""
    rows = done(folder, "history", "--deletions", "--json").document()["deletions"]
    assert isinstance(rows, list)
    return rows


def lines(style: Path) -> set[str]:
    return set(json.loads((style / "manifest.json").read_bytes())["files"])


@pytest.fixture
def deleted_on_s3(pushed: Path, style: Path) -> str:
    """The id of a.jpg, which a push deleted from S3."""
    (style / "a.jpg").unlink()
    done(pushed, "push", "--delete", "--yes")
    [row] = gone(pushed)
    assert (row["path"], row["side"], row["restorable"]) == ("a.jpg", "s3", True)
    assert isinstance(row["id"], str)
    return row["id"]


def test_what_a_push_deleted_comes_back_and_the_next_push_keeps_it(
    pushed: Path, style: Path, bucket: Bucket, deleted_on_s3: str
) -> None:
    ran = done(pushed, "restore", deleted_on_s3, "--yes")
    assert "Restored on S3: a.jpg\n" in ran.out
    assert bucket.get(PREFIX + "a.jpg") == b"image a"
    assert "a.jpg" in lines(style)
    done(pushed, "record")
    done(pushed, "push", "--delete", "--yes")
    assert bucket.get(PREFIX + "a.jpg") == b"image a"
    done(pushed, "pull", "--delete", "--yes")
    assert (style / "a.jpg").read_bytes() == b"image a"
    assert (style / "a.txt").read_bytes() == b"caption a"


def test_what_a_pull_deleted_comes_back_into_the_folder(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    bucket.delete(PREFIX + "sub/b.png")
    (style / "mine.png").write_bytes(b"never uploaded")
    done(pushed, "pull", "--delete", "--yes")
    ids = [row["id"] for row in gone(pushed)]
    ran = done(pushed, "restore", *ids, "--yes")
    assert "Restored in the folder: mine.png\nRestored in the folder: sub/b.png\n" in ran.out
    assert (style / "mine.png").read_bytes() == b"never uploaded"
    assert (style / "sub/b.png").read_bytes() == b"image b!"
    assert lines(style) == {"a.jpg", "a.txt", "mine.png", "sub/b.png", "sub/b.txt"}
    assert done(pushed, "record", "--check").status == 0
    done(pushed, "push", "--yes")
    assert bucket.get(PREFIX + "mine.png") == b"never uploaded"


@pytest.mark.parametrize("side", ["s3", "local"])
def test_a_replaced_file_comes_back_over_what_replaced_it_which_is_kept(
    pushed: Path, style: Path, bucket: Bucket, side: str
) -> None:
    read: Callable[[], bytes]
    if side == "s3":
        (style / "a.txt").write_bytes(b"a better caption")
        done(pushed, "push", "--yes")
        read = lambda: bucket.get(PREFIX + "a.txt")  # noqa: E731
    else:
        bucket.put(PREFIX + "a.txt", b"a better caption")
        done(pushed, "pull", "--yes")
        read = (style / "a.txt").read_bytes
    assert read() == b"a better caption"
    done(pushed, "restore", "styles/16/a.txt", "--yes")
    assert read() == b"caption a"
    [undo, first] = gone(pushed)
    assert (undo["replaced"], undo["size"], undo["reason"]) == (True, 16, "restored")
    assert first["restored"] is not None
    assert undo["restored"] is None
    done(pushed, "restore", undo["id"], "--yes")
    assert read() == b"a better caption"


def test_a_whole_run_is_undone(pushed: Path, style: Path, bucket: Bucket) -> None:
    before = bucket.objects(PREFIX)
    (style / "a.jpg").unlink()
    (style / "sub/b.png").unlink()
    (style / "a.txt").write_bytes(b"other")
    (style / "new.png").write_bytes(b"new")
    done(pushed, "push", "--delete", "--yes")
    run = gone(pushed)[0]["apply"]
    ran = done(pushed, "restore", "--apply", run.removeprefix("@"), "--yes")
    assert "  3 to restore\n" in ran.out
    after = bucket.objects(PREFIX)
    assert {path: after[path] for path in before if path != "manifest.json"} == {
        path: data for path, data in before.items() if path != "manifest.json"
    }
    assert after["new.png"] == b"new"
    applies = done(pushed, "history", "--json").document()["applies"]
    assert (applies[0]["command"], applies[0]["created"], applies[0]["updated"]) == (
        "restore",
        2,
        1,
    )


def test_restored_twice_changes_nothing_the_second_time(
    pushed: Path, style: Path, bucket: Bucket, deleted_on_s3: str
) -> None:
    done(pushed, "restore", deleted_on_s3, "--yes")
    manifest, objects = (style / "manifest.json").read_bytes(), bucket.objects(PREFIX)
    ran = done(pushed, "restore", deleted_on_s3)
    assert "is there already" in ran.out
    assert "Nothing was to be restored.\n" in ran.out
    assert ((style / "manifest.json").read_bytes(), bucket.objects(PREFIX)) == (manifest, objects)
    [row] = done(pushed, "restore", deleted_on_s3, "--json").document()["deletions"]
    assert row["status"] == "already_there"


def test_something_newer_is_a_conflict_until_it_may_be_overwritten(
    pushed: Path, bucket: Bucket, deleted_on_s3: str
) -> None:
    bucket.put(PREFIX + "a.jpg", b"somebody's newer image")
    ran = here(pushed, "restore", deleted_on_s3, "--yes")
    assert ran.status == 6
    assert "something newer is there" in ran.out
    assert bucket.get(PREFIX + "a.jpg") == b"somebody's newer image"
    done(pushed, "restore", deleted_on_s3, "--yes", "--overwrite")
    assert bucket.get(PREFIX + "a.jpg") == b"image a"
    newer = gone(pushed)[0]
    done(pushed, "restore", newer["id"], "--yes")
    assert bucket.get(PREFIX + "a.jpg") == b"somebody's newer image"


def test_an_edit_in_the_folder_is_not_overwritten(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    bucket.put(PREFIX + "a.txt", b"theirs")
    done(pushed, "pull", "--yes")
    (style / "a.txt").write_bytes(b"edited since")
    ran = here(pushed, "restore", "styles/16/a.txt", "--yes")
    assert ran.status == 6
    assert (style / "a.txt").read_bytes() == b"edited since"


def test_it_asks_first_and_a_dry_run_does_nothing(
    pushed: Path, style: Path, bucket: Bucket, deleted_on_s3: str
) -> None:
    before = (style / "manifest.json").read_bytes()
    ran = here(pushed, "restore", deleted_on_s3)
    assert ran.status == 5
    assert "  + a.jpg on S3, deleted " in ran.out
    ran = done(pushed, "restore", deleted_on_s3, "--dry-run", "--json")
    document = ran.document()
    [row] = document["deletions"]
    assert (document["dry_run"], row["status"], row["restorable"]) == (True, "planned", True)
    assert (row["id"], row["path"], row["side"], row["style"]) == (
        deleted_on_s3,
        "a.jpg",
        "s3",
        "16",
    )
    assert PREFIX + "a.jpg" not in bucket.keys(PREFIX)
    assert (style / "manifest.json").read_bytes() == before


def test_paths_are_found_from_where_one_is(pushed: Path, style: Path, deleted_on_s3: str) -> None:
    for folder, path in ((style, "a.jpg"), (pushed, "a.jpg"), (pushed, "styles/16/a.jpg")):
        ran = done(folder, "restore", path, "--dry-run", "--json")
        assert [row["id"] for row in ran.document()["deletions"]] == [deleted_on_s3]


def test_a_path_in_two_styles_has_to_be_told_apart(
    pushed: Path, style: Path, bucket: Bucket, deleted_on_s3: str
) -> None:
    assert deleted_on_s3
    other = style.parent / "17"
    other.mkdir()
    (other / "a.jpg").write_bytes(b"another")
    done(pushed, "init", "styles/17", "--remote", bucket.remote("styles/17/"))
    (other / "b.jpg").write_bytes(b"more")
    done(pushed, "push", "17", "--yes")
    (other / "a.jpg").unlink()
    done(pushed, "push", "17", "--delete", "--yes")
    ran = here(pushed, "restore", "a.jpg", "--yes")
    assert ran.status == 64
    assert "may be in any of the styles 16, 17; say which with --style" in ran.err
    done(pushed, "restore", "a.jpg", "--style", "16", "--yes")
    done(other, "restore", "a.jpg", "--yes")
    assert bucket.get("styles/16/a.jpg") == b"image a"
    assert bucket.get("styles/17/a.jpg") == b"another"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["@99.1"], 64, "There is no deletion @99.1; "),
        (["@99"], 64, "No run @99 deleted or replaced anything; "),
        (["--apply", "a.jpg"], 64, "--apply is followed by the id of a run"),
        (["no/such.jpg"], 64, "Nothing was deleted or replaced at “no/such.jpg”; "),
        ([], 64, "Name what is to come back"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(
    pushed: Path, deleted_on_s3: str, arguments: list[str], status: int, says: str
) -> None:
    assert deleted_on_s3
    ran = here(pushed, "restore", *arguments)
    assert ran.status == status
    assert ran.err.startswith(f"Error: {says}")


def test_an_ignored_path_comes_back_without_a_line(
    pushed: Path, style: Path, bucket: Bucket, deleted_on_s3: str
) -> None:
    manifest = json.loads((style / "manifest.json").read_bytes())
    manifest["ignore"] = ["a.jpg"]
    (style / "manifest.json").write_text(json.dumps(manifest))
    done(pushed, "restore", deleted_on_s3, "--yes")
    assert bucket.get(PREFIX + "a.jpg") == b"image a"
    assert "a.jpg" not in lines(style)
    [row] = done(pushed, "restore", deleted_on_s3, "--json").document()["deletions"]
    assert row["status"] == "already_there"


def kept(bucket: Bucket, pushed: Path) -> dict[str, Any]:
    """Where the newest deletion's bytes are, for who wants to harm them."""
    place = str(gone(pushed)[0]["kept_at"]).removeprefix(f"s3://{bucket.name}/")
    key, _, version = place.partition("?versionId=")
    found = {"Bucket": bucket.name, "Key": key}
    return {**found, "VersionId": version} if version else found


def test_bytes_that_are_gone_are_said_to_be_gone(
    pushed: Path, bucket: Bucket, deleted_on_s3: str
) -> None:
    bucket.client.delete_object(**kept(bucket, pushed))
    ran = here(pushed, "restore", deleted_on_s3, "--yes")
    assert ran.status == 1
    assert (
        f"Error: “a.jpg” ({deleted_on_s3}) cannot be restored: its bytes are no longer at s3://"
        in (ran.err)
    )
    assert PREFIX + "a.jpg" not in bucket.keys(PREFIX)


def test_what_can_come_back_does_and_the_rest_is_told(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    (style / "a.txt").unlink()
    (style / "a.jpg").unlink()
    done(pushed, "push", "--delete", "--yes")
    newest = gone(pushed)[0]["path"]
    bucket.client.delete_object(**kept(bucket, pushed))
    ran = here(pushed, "restore", "--apply", gone(pushed)[0]["apply"], "--yes", "--json")
    assert ran.status == 3
    rows = {row["path"]: row for row in ran.document()["deletions"]}
    statuses = {path: (row["status"], row["restorable"]) for path, row in rows.items()}
    other = "a.jpg" if newest == "a.txt" else "a.txt"
    assert statuses == {newest: ("problem", False), other: ("restored", True)}


def test_damaged_bytes_in_the_trash_are_not_restored(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    bucket.delete(PREFIX + "sub/b.png")
    done(pushed, "pull", "--delete", "--yes")
    [row] = gone(pushed)
    file = pushed / ".manifest-sync" / row["kept_at"]
    assert file.read_bytes() == b"image b!"
    file.write_bytes(b"1mage b!")
    before = (style / "manifest.json").read_bytes()
    ran = here(pushed, "restore", row["id"], "--yes")
    assert ran.status == 3
    assert "are not the ones that were kept there, so nothing was changed" in ran.err
    assert not (style / "sub/b.png").exists()
    assert (style / "manifest.json").read_bytes() == before
    assert gone(pushed)[0]["restored"] is None


def test_a_style_that_has_moved_away_on_s3_gets_nothing_into_the_wrong_place(
    pushed: Path, style: Path, bucket: Bucket, deleted_on_s3: str
) -> None:
    manifest = json.loads((style / "manifest.json").read_bytes())
    manifest["remote"] = bucket.remote("elsewhere/")
    (style / "manifest.json").write_text(json.dumps(manifest))
    ran = here(pushed, "restore", deleted_on_s3, "--yes")
    assert ran.status == 1
    assert f"it was at {bucket.remote()} at http" in ran.err
    assert bucket.keys("elsewhere/") == []


def test_a_style_whose_manifest_is_gone_gets_nothing(
    pushed: Path, style: Path, deleted_on_s3: str
) -> None:
    (style / "manifest.json").unlink()
    ran = here(pushed, "restore", deleted_on_s3, "--yes")
    assert ran.status == 5
    assert "styles/16/manifest.json is missing" in ran.err


def test_what_was_removed_is_a_file_of_the_style_again(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    before = (style / "manifest.json").read_bytes()
    done(pushed, "remove", "16", "a.jpg", "--yes")
    assert json.loads((style / "manifest.json").read_bytes())["ignore"] == ["/a.jpg", "/a.txt"]
    ran = done(pushed, "restore", "--apply", gone(pushed)[0]["apply"], "--yes")
    assert "The manifest's `ignore` no longer names a.jpg, a.txt; " in ran.out
    assert (style / "manifest.json").read_bytes() == before == bucket.get(PREFIX + "manifest.json")
    assert "already synced" in done(pushed, "push", "--delete").out
