from pathlib import Path

from tests.buckets import Bucket
from tests.commands import here

PREFIX = "styles/16/"


def test_the_first_push_sends_everything_and_says_so(
    workspace: Path, style: Path, bucket: Bucket
) -> None:
    ran = here(workspace, "push", "--yes")
    assert ran.status == 0
    assert ran.err == ""
    lines = ran.out.splitlines()
    assert lines[:6] == [
        f"16: folder -> S3, {bucket.remote()}",
        "  + a.jpg (7 B)",
        "  + a.txt (9 B)",
        "  + sub/b.png (8 B)",
        "  + sub/b.txt (9 B)",
        "  4 to create, 0 to update, 0 to delete, 0 unchanged; 33 B to send",
    ]
    assert lines[6].startswith("4 created, 0 updated, 0 deleted, 0 unchanged; 33 B in ")
    assert lines[7].startswith("Hashed 4 files; requests: ")
    assert "5 put" in lines[7]  # the published manifest is one
    assert bucket.objects(PREFIX) == {
        "a.jpg": b"image a",
        "a.txt": b"caption a",
        "sub/b.png": b"image b!",
        "sub/b.txt": b"caption b",
    }
    assert "sub/b.txt" in (style / "manifest.json").read_text()


def test_a_second_push_and_pull_find_nothing_to_do(pushed: Path) -> None:
    ran = here(pushed, "push")
    assert ran.status == 0
    assert ran.out.splitlines()[0] == "All files are already synced to S3!"
    assert "0 created, 0 updated, 0 deleted, 4 unchanged; 0 B" in ran.out
    assert "requests: 1 list" in ran.out
    ran = here(pushed, "pull")
    assert ran.status == 0
    assert ran.out.splitlines()[0] == "All files are already synced from S3!"


def test_push_as_json(workspace: Path) -> None:
    ran = here(workspace, "push", "--yes", "--json")
    document = ran.document()
    [row] = document["styles"]
    assert (ran.status, ran.err) == (0, "")
    assert (row["style"], row["to"], row["created"], row["bytes"]) == ("16", "s3", 4, 33)
    assert (row["failed"], row["skipped"], row["error"]) == (0, 0, None)
    assert row["requests"].keys() == {"list", "head", "get", "put", "copy", "delete"}
    assert {(each["path"], each["action"], each["status"]) for each in row["outcomes"]} == {
        ("a.jpg", "create", "done"),
        ("a.txt", "create", "done"),
        ("sub/b.png", "create", "done"),
        ("sub/b.txt", "create", "done"),
    }


def test_without_a_terminal_nothing_is_done_unless_yes(
    workspace: Path, style: Path, bucket: Bucket
) -> None:
    before = (style / "manifest.json").read_bytes()
    ran = here(workspace, "push")
    assert ran.status == 5
    assert ran.out.endswith("33 B to send\n")
    assert ran.err.startswith("Error: There is something to do, and no terminal to ask on.")
    assert "--yes" in ran.err
    assert bucket.keys() == []
    assert (style / "manifest.json").read_bytes() == before
    ran = here(workspace, "push", "--json")
    assert ran.status == 5
    assert ran.document()["code"] == "refused"


def test_a_dry_run_writes_nothing(workspace: Path, style: Path, bucket: Bucket) -> None:
    before = (style / "manifest.json").read_bytes()
    for ran in (here(workspace, "push", "--dry-run"), here(workspace, "push", "-n", "--yes")):
        assert ran.status == 0
        assert "  + a.jpg (7 B)\n" in ran.out
    document = here(workspace, "push", "--dry-run", "--json").document()
    assert document["format"] == "manifest-sync/plan"
    assert [change["action"] for change in document["styles"][0]["changes"]] == ["create"] * 4
    assert bucket.keys() == []
    assert (style / "manifest.json").read_bytes() == before


def test_a_deleted_file_is_withheld_until_delete_is_given(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    (style / "a.jpg").unlink()
    ran = here(pushed, "push")
    assert ran.status == 0
    assert "  1 deletion withheld; add --delete to make it: a.jpg\n" in ran.out
    assert "No file was changed.\n" in ran.out
    assert "a.jpg" in bucket.objects(PREFIX)
    ran = here(pushed, "push", "--delete", "--yes")
    assert ran.status == 0
    assert "  - a.jpg (7 B)\n" in ran.out
    assert "\nDeleted from S3 (not in local): a.jpg\n" in ran.out
    assert "a.jpg" not in bucket.objects(PREFIX)


def test_pull_deletes_only_when_asked_and_keeps_the_bytes(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    bucket.delete(PREFIX + "sub/b.png")
    (style / "mine.png").write_bytes(b"never uploaded")
    ran = here(pushed, "pull", "--yes")
    assert ran.status == 0
    assert "  2 deletions withheld; add --delete to make them: mine.png, sub/b.png\n" in ran.out
    assert (style / "sub/b.png").exists()
    ran = here(pushed, "pull", "--delete", "--yes")
    assert "  - mine.png (14 B): never uploaded; it goes to the trash\n" in ran.out
    assert "\nDeleted local file (not in S3): mine.png\n" in ran.out
    assert "\nDeleted local file (not in S3): sub/b.png\n" in ran.out
    assert not (style / "sub/b.png").exists()
    kept = [path.read_bytes() for path in (pushed / ".manifest-sync/trash").rglob("*.png")]
    assert sorted(kept) == [b"image b!", b"never uploaded"]


def test_a_conflict_is_left_alone_and_can_be_decided(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    (style / "a.txt").write_bytes(b"mine")
    bucket.put(PREFIX + "a.txt", b"theirs")
    (style / "sub/b.txt").write_bytes(b"more of mine")
    # Without a published manifest only a deletion against a change is a conflict, and two
    # changes since the last common state.
    ran = here(pushed, "push", "--yes")
    assert ran.status == 6
    assert "! a.txt: changed on both sides (folder: 4 B, md5 " in ran.out
    assert "add --take local PATH or --take s3 PATH" in ran.out
    assert bucket.get(PREFIX + "a.txt") == b"theirs"
    assert bucket.get(PREFIX + "sub/b.txt") == b"more of mine"
    document = here(pushed, "push", "--yes", "--json")
    assert document.status == 6
    assert [c["path"] for c in document.document()["styles"][0]["conflicts"]] == ["a.txt"]
    ran = here(pushed, "push", "--yes", "--take", "local", "styles/16/a.txt")
    assert ran.status == 0
    assert "  ~ a.txt (6 B -> 4 B): decided by --take\n" in ran.out
    assert bucket.get(PREFIX + "a.txt") == b"mine"


def test_overwrite_decides_every_conflict(pushed: Path, style: Path, bucket: Bucket) -> None:
    (style / "a.txt").write_bytes(b"mine")
    bucket.put(PREFIX + "a.txt", b"theirs")
    ran = here(pushed, "pull", "--yes", "--overwrite")
    assert ran.status == 0
    assert (style / "a.txt").read_bytes() == b"theirs"


def test_only_one_kind(workspace: Path, bucket: Bucket) -> None:
    ran = here(workspace, "push", "--yes", "--only", "captions")
    assert ran.status == 0
    assert sorted(bucket.objects(PREFIX)) == ["a.txt", "sub/b.txt"]


def test_quiet_says_nothing_of_what_went_well(pushed: Path, style: Path) -> None:
    (style / "a.jpg").unlink()
    (style / "a.txt").write_bytes(b"new")
    ran = here(pushed, "push", "--yes", "--delete", "--quiet")
    assert (ran.status, ran.out, ran.err) == (0, "", "")


def test_one_style_failing_does_not_stop_the_others(workspace: Path, bucket: Bucket) -> None:
    other = workspace / "styles" / "17"
    other.mkdir()
    (other / "c.jpg").write_bytes(b"c")
    assert here(workspace, "init", "styles/17", "--remote", "s3://no-such-bucket/x/").status == 0
    ran = here(workspace, "push", "--yes")
    assert ran.status == 1
    assert ran.err.startswith("Error: 17: There is no bucket “no-such-bucket”")
    assert "4 created" in ran.out
    assert len(bucket.keys(PREFIX)) == 4
    document = here(workspace, "push", "--yes", "--json").document()
    rows = {row["style"]: row for row in document["styles"]}
    assert rows["16"]["unchanged"] == 4
    assert rows["17"]["error"].startswith("There is no bucket")
    ran = here(workspace, "push", "17", "--json")
    assert ran.document()["code"] == "store"


def test_several_styles_are_one_question_and_one_sum(workspace: Path, bucket: Bucket) -> None:
    other = workspace / "styles" / "17"
    other.mkdir()
    (other / "c.jpg").write_bytes(b"c")
    here(workspace, "init", "styles/17", "--remote", bucket.remote("styles/17/"))
    ran = here(workspace, "push", "--yes")
    assert "16: 4 created, " in ran.out
    assert "17: 1 created, " in ran.out
    assert "\n5 created, 0 updated, 0 deleted, 0 unchanged; 34 B in " in ran.out
    ran = here(other, "pull", ".", "--json")
    assert [row["style"] for row in ran.document()["styles"]] == ["17"]
