"""Plans that nobody wants by accident: shown, refused with exit 5, allowed by a flag."""

import json
from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.commands import here

PREFIX = "styles/16/"


@pytest.fixture
def emptied(pushed: Path, style: Path) -> Path:
    """All is on S3, and since then every file of the folder has gone."""
    for path in ("a.jpg", "a.txt", "sub/b.png", "sub/b.txt"):
        (style / path).unlink()
    return pushed


def test_emptying_s3_is_refused_whatever_yes_says(
    emptied: Path, style: Path, bucket: Bucket
) -> None:
    before = (style / "manifest.json").read_bytes()
    ran = here(emptied, "push", "--delete", "--yes")
    assert ran.status == 5
    assert ran.err == (
        "Error: 16: Refused, and nothing was done: every one of the 4 files on S3 would be "
        "deleted. If that is meant, add: --allow-empty 16.\n"
    )
    assert (
        "  refused: every one of the 4 files on S3 would be deleted; if that is meant, add "
        "--allow-empty 16\n"
    ) in ran.out
    assert len(bucket.keys(PREFIX)) >= 4
    assert (style / "manifest.json").read_bytes() == before


def test_a_flag_allows_it_by_id_or_by_folder(emptied: Path, bucket: Bucket) -> None:
    ran = here(emptied, "push", "--delete", "--yes", "--allow-empty", "styles/16")
    assert (ran.status, ran.err) == (0, "")
    assert not {key for key in bucket.keys(PREFIX) if not key.endswith("manifest.json")}


def test_emptying_the_folder_is_refused_too(pushed: Path, style: Path, bucket: Bucket) -> None:
    for key in bucket.keys(PREFIX):
        bucket.delete(key)
    assert here(pushed, "pull", "--delete", "--yes").status == 5
    assert (style / "a.jpg").is_file()
    ran = here(pushed, "pull", "--delete", "--yes", "--allow-empty", "16")
    assert ran.status == 0, ran.err
    assert not (style / "a.jpg").exists()


def test_nothing_is_asked_where_all_of_it_is_refused(emptied: Path) -> None:
    ran = here(emptied, "push", "--delete")
    assert ran.status == 5
    assert "no terminal" not in ran.err


def test_quiet_says_it_as_well(emptied: Path) -> None:
    ran = here(emptied, "push", "--delete", "--yes", "--quiet")
    assert (ran.status, ran.out) == (5, "")
    assert "--allow-empty 16" in ran.err


def test_plan_and_dry_run_show_it_and_are_no_error(emptied: Path) -> None:
    here(emptied, "record")
    for command in (["plan", "--to", "s3"], ["push", "--dry-run"]):
        ran = here(emptied, *command, "--delete")
        assert ran.status == 0, ran.err
        assert "  refused: every one of the 4 files on S3" in ran.out
        assert "; 0 B to send\n" in ran.out
        [row] = here(emptied, *command, "--delete", "--json").document()["styles"]
        assert row["refusals"] == [
            {
                "code": "side_emptied",
                "message": "every one of the 4 files on S3 would be deleted",
                "flag": "--allow-empty 16",
            }
        ]


def test_as_json_the_refused_style_has_its_refusals_and_no_outcomes(emptied: Path) -> None:
    ran = here(emptied, "push", "--delete", "--yes", "--json")
    assert ran.status == 5
    [row] = ran.document()["styles"]
    assert [refusal["code"] for refusal in row["refusals"]] == ["side_emptied"]
    assert (row["deleted"], row["outcomes"]) == (0, [])
    assert row["error"].startswith("Refused, and nothing was done: ")


def test_the_other_styles_go_on(emptied: Path, bucket: Bucket) -> None:
    other = emptied / "styles" / "17"
    other.mkdir()
    (other / "c.png").write_bytes(b"image c")
    here(emptied, "init", "styles/17", "--remote", bucket.remote("styles/17/"))
    ran = here(emptied, "push", "--delete", "--yes", "--json")
    assert ran.status == 5
    rows = {row["style"]: row for row in ran.document()["styles"]}
    assert rows["17"]["created"] == 1
    assert rows["16"]["deleted"] == 0
    assert bucket.get("styles/17/c.png") == b"image c"
    assert bucket.get("styles/16/a.jpg") == b"image a"


def test_nothing_of_a_refused_style_is_written_down(pushed: Path, style: Path) -> None:
    """Not even the lines that a push records first."""
    for number in range(20):
        (style / f"{number}.png").write_bytes(b"image %d" % number)
    assert here(pushed, "push", "--yes").status == 0
    before = (style / "manifest.json").read_bytes()
    for number in range(20):
        (style / f"{number}.png").unlink()
    (style / "new.txt").write_text("new")
    assert here(pushed, "push", "--delete", "--yes").status == 5
    assert (style / "manifest.json").read_bytes() == before
    assert here(pushed, "history", "--json").document()["applies"][0]["created"] == 20


def test_a_saved_plan_that_is_refused_stays_so(emptied: Path, bucket: Bucket) -> None:
    here(emptied, "record")
    here(emptied, "plan", "--to", "s3", "--delete", "--out", "saved.plan")
    saved = json.loads((emptied / "saved.plan").read_text())
    assert saved["styles"][0]["refusals"][0]["code"] == "side_emptied"
    assert here(emptied, "apply", "saved.plan").status == 5
    assert here(emptied, "apply", "saved.plan", "--yes").status == 5
    assert here(emptied, "apply", "saved.plan", "--allow-empty", "16").status == 64
    saved["styles"][0]["refusals"] = []
    (emptied / "edited.plan").write_text(json.dumps(saved))
    assert here(emptied, "apply", "edited.plan").status == 5
    assert bucket.get("styles/16/a.jpg") == b"image a"


def test_a_saved_plan_made_with_the_flag_is_applied(emptied: Path, bucket: Bucket) -> None:
    here(emptied, "record")
    made = here(
        emptied, "plan", "--to", "s3", "--delete", "--allow-empty", "16", "--out", "saved.plan"
    )
    assert (made.status, "refused" in made.out) == (0, False)
    assert here(emptied, "apply", "saved.plan").status == 0
    assert "styles/16/a.jpg" not in bucket.keys(PREFIX)


def test_the_limit_of_deletions(pushed: Path, style: Path) -> None:
    (style / "a.txt").unlink()
    assert here(pushed, "push", "--delete", "--yes", "--max-delete", "0").status == 5
    assert here(pushed, "push", "--delete", "--yes", "--max-delete", "20%").status == 5
    ran = here(pushed, "push", "--delete", "--yes", "--max-delete", "0", "--json")
    assert ran.document()["styles"][0]["refusals"][0]["flag"] == "--max-delete 1"
    assert here(pushed, "push", "--delete", "--yes", "--max-delete", "25%").status == 0


def test_the_limit_comes_from_flag_environment_and_file_in_this_order(
    pushed: Path, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (style / "a.txt").unlink()
    push = ("push", "--delete", "--yes", "--dry-run", "--json")

    def limit(*flags: str) -> tuple[str | None, bool]:
        [row] = here(pushed, *push, *flags).document()["styles"]
        return row["basis"]["options"]["max_delete"], bool(row["refusals"])

    assert limit() == (None, False)
    (pushed / "manifest-sync.toml").write_text("max_delete = 0\n")
    assert limit() == ("0", True)
    monkeypatch.setenv("MANIFEST_SYNC_MAX_DELETE", "50%")
    assert limit() == ("50%", False)
    assert limit("--max-delete", "10%") == ("10%", True)


@pytest.mark.parametrize("option", ["--allow-empty", "--allow-unrelated", "--allow-rewrite"])
def test_an_unknown_style_is_a_usage_error(pushed: Path, option: str) -> None:
    ran = here(pushed, "push", option, "61")
    assert ran.status == 64
    assert f"{option} names “61”" in ran.err


def test_a_limit_that_is_none_is_a_usage_error(pushed: Path) -> None:
    ran = here(pushed, "pull", "--max-delete", "half")
    assert ran.status == 64
    assert "--max-delete is “half”, but must be a number of files" in ran.err


def test_a_wrong_folder_is_not_mirrored(workspace: Path, bucket: Bucket) -> None:
    bucket.put(PREFIX + "other.png", b"somebody else's")
    ran = here(workspace, "push", "--delete", "--yes")
    assert ran.status == 5
    assert "--allow-unrelated 16" in ran.err
    assert bucket.keys(PREFIX) == [PREFIX + "other.png"]
    ran = here(workspace, "push", "--delete", "--yes", "--allow-unrelated", "16")
    assert ran.status == 0, ran.err
    assert PREFIX + "other.png" not in bucket.keys(PREFIX)


def test_a_disk_that_lies_is_not_pushed_but_can_be_pulled_over(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    for path in ("a.jpg", "a.txt", "sub/b.png", "sub/b.txt"):
        (style / path).write_bytes(b"\0" * (style / path).stat().st_size)
    ran = here(pushed, "push", "--yes")
    assert ran.status == 5
    assert "--allow-rewrite 16" in ran.err
    assert bucket.get(PREFIX + "a.jpg") == b"image a"
    assert here(pushed, "push", "--dry-run", "--allow-rewrite", "16").status == 0
    ran = here(pushed, "pull", "--yes")
    assert ran.status == 0, ran.err
    assert (style / "a.jpg").read_bytes() == b"image a"
