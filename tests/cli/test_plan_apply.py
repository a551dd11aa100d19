import json
from pathlib import Path

from tests.buckets import Bucket
from tests.commands import here

PREFIX = "styles/16/"


def test_a_plan_shows_and_changes_nothing(workspace: Path, bucket: Bucket) -> None:
    ran = here(workspace, "plan", "--to", "s3")
    assert ran.status == 0
    assert ran.out == (
        f"16: manifest -> S3, {bucket.remote()}\n"
        "  4 files of the folder differ from the manifest, which is what counts here; "
        "“manifest-sync record 16” brings it up to date: a.jpg, a.txt, sub/b.png, sub/b.txt\n"
        "  0 to create, 0 to update, 0 to delete, 0 unchanged; 0 B to send\n"
    )
    here(workspace, "record")
    ran = here(workspace, "plan", "16", "--to", "s3", "--detailed-exitcode")
    assert ran.status == 2
    assert ran.out.splitlines() == [
        f"16: manifest -> S3, {bucket.remote()}",
        "  + a.jpg (7 B)",
        "  + a.txt (9 B)",
        "  + sub/b.png (8 B)",
        "  + sub/b.txt (9 B)",
        "  4 to create, 0 to update, 0 to delete, 0 unchanged; 33 B to send",
    ]
    assert bucket.keys() == []


def test_a_plan_without_changes_still_has_its_summary(pushed: Path) -> None:
    ran = here(pushed, "plan", "--to", "s3", "--detailed-exitcode")
    assert ran.status == 0
    assert "  0 to create, 0 to update, 0 to delete, 4 unchanged; 0 B to send\n" in ran.out
    assert ran.out.endswith("All files are already synced to S3!\n")


def test_conflicts_are_exit_6_in_a_plan_but_not_in_a_dry_run(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    (style / "a.txt").write_bytes(b"mine")
    here(pushed, "record")
    bucket.put(PREFIX + "a.txt", b"theirs")
    assert here(pushed, "plan", "--to", "s3").status == 6
    assert here(pushed, "plan", "--to", "s3", "--detailed-exitcode").status == 6
    assert here(pushed, "push", "--dry-run").status == 0


def test_plan_as_json_is_the_saved_plan(workspace: Path) -> None:
    here(workspace, "record")
    ran = here(workspace, "plan", "--to", "s3", "--json", "--out", "saved.plan")
    shown, saved = ran.document(), json.loads((workspace / "saved.plan").read_bytes())
    assert shown["styles"] == saved["styles"]
    [row] = shown["styles"]
    change = row["changes"][0]
    assert (row["style"], row["to"], row["summary"]["create"]) == ("16", "s3", 4)
    assert (change["side"], change["path"], change["action"]) == ("s3", "a.jpg", "create")
    assert (change["reason"], change["before"]) == ("new", None)
    assert change["after"]["size"] == 7
    assert change["precondition"] == {"kind": "absent"}


def test_a_saved_plan_is_its_own_approval_and_applies_once(workspace: Path, bucket: Bucket) -> None:
    here(workspace, "record")
    assert here(workspace, "plan", "--to", "s3", "--out", "saved.plan").status == 0
    ran = here(workspace, "apply", "saved.plan")
    assert ran.status == 0
    assert "4 created" in ran.out
    assert len(bucket.keys(PREFIX)) == 4
    again = here(workspace, "apply", "saved.plan", "--json")
    [row] = again.document()["styles"]
    assert again.status == 0
    assert (row["created"], row["updated"], row["deleted"], row["failed"]) == (0, 0, 0, 0)
    assert {each["status"] for each in row["outcomes"]} == {"already"}
    ran = here(workspace, "apply", "saved.plan")
    assert ran.out.startswith("All of this plan was done already.\n0 created, 0 updated")


def test_a_stale_plan_is_refused_naming_the_path(
    workspace: Path, style: Path, bucket: Bucket
) -> None:
    here(workspace, "record")
    here(workspace, "plan", "--to", "s3", "--out", "saved.plan")
    (style / "sub/b.txt").write_bytes(b"edited since")
    ran = here(workspace, "apply", "saved.plan")
    assert ran.status == 4
    assert "sub/b.txt" in ran.err
    assert bucket.keys() == []
    assert here(workspace, "apply", "saved.plan", "--json").document()["code"] == "stale_plan"


def test_a_saved_plan_can_be_looked_at_first(workspace: Path, bucket: Bucket) -> None:
    here(workspace, "record")
    here(workspace, "plan", "--to", "s3", "--out", "saved.plan")
    ran = here(workspace, "apply", "saved.plan", "--dry-run")
    assert ran.status == 0
    assert "  + a.jpg (7 B)\n" in ran.out
    assert bucket.keys() == []


def test_apply_to_a_side(workspace: Path, style: Path) -> None:
    here(workspace, "record")
    assert here(workspace, "apply", "16", "--to", "s3").status == 5
    assert here(workspace, "apply", "16", "--to", "s3", "--yes").status == 0
    (style / "a.jpg").unlink()
    ran = here(workspace, "apply", "--to", "local", "--yes", "--json")
    [row] = ran.document()["styles"]
    assert (ran.status, row["to"], row["created"]) == (0, "local", 1)
    assert (style / "a.jpg").read_bytes() == b"image a"


def test_apply_says_what_is_missing_or_too_much(workspace: Path) -> None:
    ran = here(workspace, "apply")
    assert ran.status == 64
    assert "--to s3 or --to local" in ran.err
    (workspace / "saved.plan").write_text("{}")
    assert here(workspace, "apply", "saved.plan").status == 1
    assert "not a saved plan" in here(workspace, "apply", "saved.plan").err
    assert here(workspace, "apply", "saved.plan", "16").status == 64
    assert here(workspace, "apply", "saved.plan", "--delete").status == 64
    assert here(workspace, "apply", "no.plan", "--to", "s3").status == 64


def test_a_plan_names_a_copy(pushed: Path, style: Path) -> None:
    (style / "a.jpg").rename(style / "c.jpg")
    here(pushed, "record")
    ran = here(pushed, "plan", "--to", "s3", "--delete")
    assert "  + c.jpg (7 B): copied on S3 from a.jpg\n" in ran.out
    assert ran.out.endswith("0 B to send, 7 B copied\n")


def test_reasons_are_told(pushed: Path, style: Path, bucket: Bucket) -> None:
    bucket.put(PREFIX + "a.txt", b"theirs")
    (style / "sub/b.txt").write_bytes(b"my edit")
    (style / "a.jpg").unlink()
    ran = here(pushed, "push", "--dry-run")
    assert "  ~ a.txt (6 B -> 9 B): S3 has changed since the last sync, and this undoes it" in (
        ran.out
    )
    ran = here(pushed, "pull", "--dry-run")
    assert "  + a.jpg (7 B): was deleted here, and comes back\n" in ran.out
    assert "  ~ sub/b.txt (7 B -> 9 B): edited here since the last sync; the edit goes to" in (
        ran.out
    )


def test_the_file_of_a_plan_is_not_written_where_a_style_has_none(workspace: Path) -> None:
    other = workspace / "styles" / "17"
    other.mkdir()
    here(workspace, "init", "styles/17", "--remote", "s3://no-such-bucket/x/")
    ran = here(workspace, "plan", "--to", "s3", "--out", "saved.plan")
    assert ran.status == 1
    assert not (workspace / "saved.plan").exists()
    document = here(workspace, "plan", "--to", "s3", "--json").document()
    assert [row["style"] for row in document["styles"]] == ["16"]
    assert [error["style"] for error in document["errors"]] == ["17"]


def test_apply_of_neither_a_plan_nor_a_direction_says_what_is_missing(workspace: Path) -> None:
    ran = here(workspace, "apply", "mistyped.plan")
    assert (ran.status, ran.out) == (64, "")
    assert ran.err.startswith("Error: “mistyped.plan” is no file with a saved plan. Name the file")
    assert here(workspace, "apply").err.startswith("Error: Name the file of a saved plan; or say")
