"""`trash = "off"`: nothing is kept, and every plan says so."""

from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.cli.test_restore import PREFIX, done, gone
from tests.commands import here

SAID = 'The trash is off (trash = "off"): what is replaced or deleted is not kept'


@pytest.fixture
def off(pushed: Path) -> Path:
    """A pushed workspace that keeps nothing."""
    with (pushed / "manifest-sync.toml").open("a") as file:
        file.write('trash = "off"\n')
    return pushed


def test_a_push_says_so_and_keeps_nothing(off: Path, style: Path, bucket: Bucket) -> None:
    (style / "a.jpg").unlink()
    (style / "a.txt").write_bytes(b"edited")
    ran = done(off, "push", "--delete", "--yes")
    assert SAID in ran.out
    assert bucket.keys(".manifest-sync-trash/") == []
    assert bucket.get(PREFIX + "a.txt") == b"edited"
    rows = gone(off)
    assert sorted(row["path"] for row in rows) == ["a.jpg", "a.txt"]
    assert {(row["kept_at"], row["restorable"]) for row in rows} == {(None, False)}
    ran = here(off, "restore", "styles/16/a.jpg", "--yes")
    assert ran.status == 1
    assert "its bytes were not kept" in ran.err


def test_a_pull_says_so_and_keeps_nothing(off: Path, style: Path, bucket: Bucket) -> None:
    bucket.put(PREFIX + "a.txt", b"theirs")
    bucket.delete(PREFIX + "a.jpg")
    assert SAID in done(off, "pull", "--delete", "--yes").out
    assert (style / "a.txt").read_bytes() == b"theirs"
    assert not (style / "a.jpg").exists()
    assert not (off / ".manifest-sync/trash").exists()
    assert {row["kept_at"] for row in gone(off)} == {None}


def test_versions_are_kept_by_the_bucket_all_the_same(
    off: Path, style: Path, bucket: Bucket
) -> None:
    bucket.client.put_bucket_versioning(
        Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
    )
    (style / "a.txt").write_bytes(b"first")
    done(off, "push", "--yes")
    (style / "a.txt").write_bytes(b"second")
    done(off, "push", "--yes")
    row = gone(off)[0]
    assert "?versionId=" in row["kept_at"]
    done(off, "restore", row["id"], "--yes")
    assert bucket.get(PREFIX + "a.txt") == b"first"


def test_every_plan_says_so(off: Path, style: Path) -> None:
    (style / "a.txt").write_bytes(b"edited")
    assert SAID in done(off, "push", "--dry-run").out
    document = done(off, "push", "--dry-run", "--json").document()
    assert document["styles"][0]["basis"]["keeps"] is False


def test_a_plan_that_promised_to_keep_is_stale(pushed: Path, style: Path) -> None:
    (style / "a.txt").write_bytes(b"edited")
    done(pushed, "record")
    document = done(pushed, "plan", "--to", "s3", "--out", "p.plan", "--json").document()
    assert document["styles"][0]["basis"]["keeps"] is True
    (pushed / "manifest-sync.toml").write_text('trash = "off"\n')
    ran = here(pushed, "apply", "p.plan")
    assert ran.status == 4
    assert "but the trash is off by now" in ran.err
