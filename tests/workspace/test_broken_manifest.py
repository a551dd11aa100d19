"""Commands over a workspace where one style's manifest is broken: the others are served."""

import json
from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.commands import here
from tests.workspace.places import lines

SAYS = (
    "styles/16/manifest.json holds git conflict markers (line 1): keep one of the two versions "
    "there, delete the other with the lines that mark them, and run the command again."
)


@pytest.fixture
def broken(pushed: Path) -> Path:
    """All is on S3; since then 17 got a caption, and the manifest of 16 a merge conflict."""
    (pushed / "styles/17/b.txt").write_text("new")
    manifest = pushed / "styles/16/manifest.json"
    manifest.write_text("<<<<<<< HEAD\n" + manifest.read_text())
    return pushed


def test_a_sound_style_is_worked_on_by_name(broken: Path, bucket: Bucket) -> None:
    ran = here(broken, "push", "17", "--yes")
    assert (ran.status, ran.err) == (0, "")
    assert bucket.get("styles/17/b.txt") == b"new"


def test_push_does_the_sound_styles_and_fails_for_the_broken_one(
    broken: Path, bucket: Bucket
) -> None:
    ran = here(broken, "push", "--yes")
    assert ran.status == 1
    assert ran.err == f"Error: {SAYS}\n"
    assert "1 created" in ran.out
    assert bucket.get("styles/17/b.txt") == b"new"


def test_as_json_the_broken_one_is_a_row_with_its_error(broken: Path) -> None:
    ran = here(broken, "push", "--yes", "--json")
    assert ran.status == 1
    by_style = {row["style"]: row for row in ran.document()["styles"]}
    assert by_style["styles/16"]["error"] == SAYS
    assert by_style["17"]["created"] == 1
    assert by_style["17"]["error"] is None


@pytest.mark.parametrize(
    "command", [["status"], ["record"], ["record", "--check"], ["plan", "--to", "s3"]]
)
def test_commands_that_list_failures_list_it_by_its_folder(
    broken: Path, command: list[str]
) -> None:
    ran = here(broken, *command, "--json")
    assert ran.status == 1
    document = ran.document()
    assert [row["style"] for row in document["styles"]] == ["17"]
    (failure,) = document["errors"]
    assert (failure["style"], failure["code"]) == ("styles/16", "invalid")
    assert failure["message"] == SAYS


def test_a_dry_run_shows_the_others(broken: Path) -> None:
    ran = here(broken, "pull", "--dry-run")
    assert ran.status == 1
    assert ran.err.startswith(f"Error: {SAYS}")
    assert "17: S3 -> folder" in ran.out


@pytest.mark.parametrize("command", ["push", "compare", "history", "status"])
def test_naming_the_broken_one_is_its_error(broken: Path, command: str) -> None:
    for name in ("16", "styles/16"):
        ran = here(broken, command, name)
        assert ran.status == 1
        assert ran.err.startswith(f"Error: {SAYS}")
    assert here(broken, command, "16", "--json").document()["code"] == "invalid"


def test_compare_asks_for_a_name_though_only_one_style_is_sound(broken: Path) -> None:
    ran = here(broken, "compare")
    assert ran.status == 64
    assert "Name the style" in ran.err


def test_the_broken_manifest_is_left_as_it_is(broken: Path) -> None:
    before = (broken / "styles/16/manifest.json").read_bytes()
    here(broken, "record")
    here(broken, "push", "--yes", "--delete")
    assert (broken / "styles/16/manifest.json").read_bytes() == before
    assert "b.txt" in lines(broken / "styles/17")


def test_a_saved_plan_for_it_says_what_is_wrong(pushed: Path) -> None:
    (pushed / "styles/16/a.txt").write_text("edited")
    assert here(pushed, "record").status == 0
    assert here(pushed, "plan", "16", "--to", "s3", "--out", "saved.plan").status == 0
    (pushed / "styles/16/manifest.json").write_text("{")
    ran = here(pushed, "apply", "saved.plan")
    assert ran.status == 1
    assert ran.err.startswith("Error: styles/16/manifest.json is not valid JSON: ")
    assert "line 1, column 2" in ran.err


def test_a_new_style_is_made_beside_it(broken: Path, bucket: Bucket) -> None:
    (broken / "styles/18").mkdir()
    ran = here(broken, "init", "styles/18", "--remote", bucket.remote("styles/18/"))
    assert ran.status == 0, ran.err
    assert json.loads((broken / "styles/18/manifest.json").read_text())["style"] == "18"
