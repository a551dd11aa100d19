"""`trash list` and `trash prune`: what is old goes for good, and nothing else does."""

import sqlite3
from pathlib import Path

import pytest

from manifest_sync.core.errors import Denied
from manifest_sync.stores.s3_trash import S3Trash
from tests.buckets import Bucket
from tests.cli.test_cut_off import BEFORE_OUTCOMES, run_until
from tests.cli.test_restore import PREFIX, done, gone
from tests.commands import here

TRASH = ".manifest-sync-trash/"


@pytest.fixture
def kept(pushed: Path, style: Path, bucket: Bucket) -> Path:
    """A workspace with a deletion on either side: a.jpg on S3, sub/b.png in the folder."""
    (style / "a.jpg").unlink()
    done(pushed, "push", "--delete", "--yes")
    bucket.delete(PREFIX + "sub/b.png")
    done(pushed, "pull", "--delete", "--yes")
    return pushed


def aged(workspace: Path) -> None:
    """As if the push had been a year ago, but not the pull."""
    with sqlite3.connect(workspace / ".manifest-sync/state.db") as database:
        database.execute("UPDATE applies SET began = '2025-01-01T00:00:00.000Z' WHERE side = 's3'")
    database.close()


def trash_of(workspace: Path, bucket: Bucket) -> list[str]:
    files = (workspace / ".manifest-sync/trash").rglob("*")
    return sorted([*(f.name for f in files if f.is_file()), *bucket.keys(TRASH)])


def test_the_list_is_what_can_be_restored(kept: Path) -> None:
    document = done(kept, "trash", "list", "--json").document()
    rows = [(row["path"], row["side"], row["restorable"]) for row in document["deletions"]]
    assert rows == [("sub/b.png", "local", True), ("a.jpg", "s3", True)]
    assert document["bytes"] == 15
    ran = done(kept, "trash", "list")
    assert "deleted in the folder: sub/b.png (8 B) of 16, kept at trash/" in ran.out
    assert "\n2 files, 15 B; “manifest-sync restore ID” brings back\n" in ran.out


def test_what_is_old_goes_and_the_history_says_so(kept: Path, bucket: Bucket) -> None:
    aged(kept)
    ran = done(kept, "trash", "prune", "--older-than", "30d", "--yes", "--json")
    document = ran.document()
    assert [row["path"] for row in document["deletions"]] == ["a.jpg"]
    assert trash_of(kept, bucket) == ["b.png"]
    [young, old] = gone(kept)
    assert (young["path"], young["restorable"], young["pruned"]) == ("sub/b.png", True, None)
    assert (old["path"], old["restorable"]) == ("a.jpg", False)
    assert old["pruned"] is not None
    ran = here(kept, "restore", old["id"], "--yes")
    assert ran.status == 1
    assert "its bytes were removed from the trash on 2" in ran.err
    assert "removed from the trash" in done(kept, "history", "--deletions").out
    done(kept, "restore", young["id"], "--yes")


def test_it_asks_first_and_a_dry_run_removes_nothing(kept: Path, bucket: Bucket) -> None:
    before = trash_of(kept, bucket)
    ran = here(kept, "trash", "prune", "--older-than", "0d")
    assert ran.status == 5
    assert "to remove for good" in ran.out
    ran = done(kept, "trash", "prune", "--older-than", "0d", "--dry-run", "--json")
    assert len(ran.document()["deletions"]) == 2
    assert trash_of(kept, bucket) == before
    assert all(row["restorable"] for row in gone(kept))


def test_nothing_of_another_workspace_and_nothing_of_an_unknown_run_goes(
    kept: Path, bucket: Bucket
) -> None:
    lineage = gone(kept)[0]["kept_at"].split("/")[1].partition("-")[0]
    others = [f"{TRASH}deadbeef-1/styles/16/a.jpg", f"{TRASH}{lineage}-999/styles/16/a.jpg"]
    for key in others:
        bucket.put(key, b"not ours to remove")
    bucket.put(f"{TRASH}{lineage}-1/styles/16/left-over.png", b"of a run that was cut off")
    done(kept, "trash", "prune", "--older-than", "0d", "--yes")
    assert trash_of(kept, bucket) == sorted(others)
    assert not list((kept / ".manifest-sync/trash").iterdir())


def test_the_history_says_when_the_trash_was_pruned_and_of_how_much(kept: Path) -> None:
    document = done(kept, "trash", "prune", "--older-than", "0d", "--yes", "--json").document()
    done(kept, "trash", "prune", "--older-than", "0d", "--yes")  # nothing is left, nothing is told
    [row] = done(kept, "history", "--json").document()["prunes"]
    assert len(document["files"]) == 3  # the former published manifest among them
    assert (row["files"], row["bytes"], row["complete"]) == (3, document["bytes"], True)
    assert row["before"] <= row["when"]
    first = done(kept, "history").out.splitlines()[0]
    assert "  trash prune: 3 kept files removed for good, " in first
    assert done(kept, "history", "16", "--json").document()["prunes"] == []


def test_a_prune_that_is_cut_off_promises_nothing_that_is_gone(
    kept: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"{S3Trash.__module__}.S3Trash.drop", die)
        assert here(kept, "trash", "prune", "--older-than", "0d", "--yes").status == 130
    assert [row["restorable"] for row in gone(kept)] == [False, False]
    assert trash_of(kept, bucket) != []
    assert "trash prune: interrupted before its end; 0 kept files" in done(kept, "history").out
    done(kept, "trash", "prune", "--older-than", "0d", "--yes")
    assert trash_of(kept, bucket) == []
    assert done(kept, "trash", "list").out == "The trash is empty.\n"


def test_what_cannot_be_removed_is_still_restorable(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object, kept_at: str) -> None:
        raise Denied(f"S3 refused to delete {kept_at}")

    with monkeypatch.context() as patch:
        patch.setattr(f"{S3Trash.__module__}.S3Trash.drop", refuse)
        ran = here(kept, "trash", "prune", "--older-than", "0d", "--yes", "--json")
    assert ran.status == 3
    assert len(ran.document()["failed"]) == 2  # and the former published manifest
    assert {row["path"]: row["restorable"] for row in gone(kept)} == {
        "a.jpg": True,
        "sub/b.png": False,
    }
    [row] = done(kept, "history", "--json").document()["prunes"]
    assert (row["files"], row["complete"]) == (1, True)
    done(kept, "restore", "styles/16/a.jpg", "--yes")


def test_what_a_run_that_was_cut_off_has_kept_is_not_removed_before_it_has_its_row(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    (style / "a.jpg").unlink()
    run_until(BEFORE_OUTCOMES, pushed, "push", "--delete")
    done(pushed, "trash", "prune", "--older-than", "0d", "--yes")
    done(pushed, "push", "--delete", "--yes")
    [row] = gone(pushed)
    assert (row["path"], row["restorable"]) == ("a.jpg", True)
    done(pushed, "trash", "prune", "--older-than", "0d", "--yes")
    assert trash_of(pushed, bucket) == []


def test_kept_bytes_that_somebody_else_removed_are_told_as_gone(kept: Path, bucket: Bucket) -> None:
    for key in bucket.keys(TRASH):
        bucket.delete(key)
    done(kept, "trash", "prune", "--older-than", "0d", "--yes")
    assert [row["restorable"] for row in gone(kept)] == [False, False]
    assert done(kept, "trash", "list").out == "The trash is empty.\n"


def test_versions_are_left_to_the_bucket(pushed: Path, style: Path, bucket: Bucket) -> None:
    bucket.client.put_bucket_versioning(
        Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
    )
    bucket.put(PREFIX + "a.jpg", b"image a")
    (style / "a.jpg").unlink()
    done(pushed, "push", "--delete", "--yes")
    ran = done(pushed, "trash", "prune", "--older-than", "0d", "--yes")
    assert "left to the lifecycle rules of the bucket" in ran.out
    [row] = gone(pushed)
    assert row["restorable"]
    done(pushed, "restore", row["id"], "--yes")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["prune"], "as in “--older-than 30d”"),
        (["prune", "--older-than", "soon"], "--older-than soon: an age is a number of hours"),
        (["empty"], "'empty' is not one of"),
    ],
)
def test_what_cannot_be_meant_is_said(pushed: Path, arguments: list[str], says: str) -> None:
    ran = here(pushed, "trash", *arguments)
    assert ran.status == 64
    assert says in ran.err
