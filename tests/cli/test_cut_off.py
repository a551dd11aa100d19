"""Runs that ended in the middle, and what the next command makes of what they had done."""

import os
from pathlib import Path

import pytest

from manifest_sync.stores.s3_probe import probe
from manifest_sync.workspace import probing
from tests.buckets import Bucket
from tests.cli.test_restore import PREFIX, done, gone
from tests.commands import here

BEFORE_OUTCOMES = "manifest_sync.state.journal.note_outcomes"
BEFORE_MEMORY = "manifest_sync.state.memories.fold"


class Killed(BaseException):
    """Ends a run where it stands: nothing that it does about errors is done."""


def run_until(step: str, folder: Path, *arguments: str) -> None:
    """Run a command that ends right before it calls this function."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, die)
        with pytest.raises(Killed):
            here(folder, *arguments, "--yes")


@pytest.mark.parametrize("step", [BEFORE_OUTCOMES, BEFORE_MEMORY])
def test_an_edit_after_a_push_that_was_cut_off_is_no_conflict_with_it(
    pushed: Path, style: Path, bucket: Bucket, step: str
) -> None:
    (style / "a.txt").write_bytes(b"edited")
    run_until(step, pushed, "push")
    (style / "a.txt").write_bytes(b"edited again")
    done(pushed, "push", "--yes")
    assert bucket.get(PREFIX + "a.txt") == b"edited again"
    assert len(gone(pushed)) == 2


@pytest.mark.parametrize("step", [BEFORE_OUTCOMES, BEFORE_MEMORY])
@pytest.mark.parametrize("next_command", ["remove", "push"])
def test_what_a_remove_took_away_has_its_rows_though_it_was_cut_off(
    pushed: Path, style: Path, bucket: Bucket, step: str, next_command: str
) -> None:
    arguments = ("remove", "16", "a.jpg", "--yes")
    run_until(step, pushed, *arguments[:-1])
    done(pushed, *(arguments if next_command == "remove" else ("push", "--yes")))
    assert bucket.objects(PREFIX).keys() == {"sub/b.png", "sub/b.txt"}
    assert (style / "a.jpg").exists()
    rows = gone(pushed)
    assert sorted(row["path"] for row in rows) == ["a.jpg", "a.txt"]
    assert all(row["restorable"] for row in rows)
    assert "a.jpg" not in (style / "manifest.json").read_text().split('"files"')[1]
    done(pushed, "restore", *(row["id"] for row in rows), "--yes")
    assert bucket.get(PREFIX + "a.jpg") == b"image a"


@pytest.mark.parametrize("step", [BEFORE_OUTCOMES, BEFORE_MEMORY])
def test_what_a_restore_brought_back_stays_though_it_was_cut_off(
    pushed: Path, style: Path, bucket: Bucket, step: str
) -> None:
    (style / "a.jpg").unlink()
    done(pushed, "push", "--delete", "--yes")
    run_until(step, pushed, "restore", gone(pushed)[0]["id"])
    assert bucket.get(PREFIX + "a.jpg") == b"image a"
    done(pushed, "push", "--delete", "--yes")
    assert bucket.get(PREFIX + "a.jpg") == b"image a"
    done(pushed, "pull", "--yes")
    assert (style / "a.jpg").read_bytes() == b"image a"


def test_what_cannot_be_looked_at_is_found_out_later(pushed: Path, style: Path) -> None:
    (style / "sub" / "b.txt").write_bytes(b"edited")
    run_until(BEFORE_OUTCOMES, pushed, "push")
    (style / "sub").rename(style / "elsewhere")
    (style / "sub").symlink_to(os.curdir)
    here(pushed, "push", "--yes")
    assert gone(pushed) == []
    (style / "sub").unlink()
    (style / "elsewhere").rename(style / "sub")
    done(pushed, "push", "--yes")
    [row] = gone(pushed)
    assert (row["path"], row["restorable"]) == ("sub/b.txt", True)


def test_what_was_only_tried_out_is_cleared_away(
    workspace: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "probe", probe)  # a real one, every time
    run_until("manifest_sync.stores.s3_scratch._clean", workspace, "push")
    left = bucket.keys(".manifest-sync-trash/probe-")
    assert left != []
    # As where it is killed a moment earlier, with the parts of an upload on their way.
    bucket.client.create_multipart_upload(Bucket=bucket.name, Key=left[0])
    others = ".manifest-sync-trash/probe-of-another-workspace/x"
    bucket.put(others, b"tried out by others")
    bucket.client.create_multipart_upload(Bucket=bucket.name, Key=others)
    done(workspace, "push", "--yes")
    assert bucket.keys(".manifest-sync-trash/") == [others]
    uploads = bucket.client.list_multipart_uploads(Bucket=bucket.name)["Uploads"]
    assert [each["Key"] for each in uploads] == [others]


def test_where_the_trash_is_off_there_is_a_row_all_the_same(pushed: Path, style: Path) -> None:
    with (pushed / "manifest-sync.toml").open("a") as file:
        file.write('trash = "off"\n')
    (style / "a.jpg").unlink()
    (style / "a.txt").write_bytes(b"edited")
    run_until(BEFORE_OUTCOMES, pushed, "push", "--delete")
    done(pushed, "push", "--delete", "--yes")
    rows = [(row["path"], row["kept_at"], row["restorable"]) for row in gone(pushed)]
    assert sorted(rows) == [("a.jpg", None, False), ("a.txt", None, False)]
