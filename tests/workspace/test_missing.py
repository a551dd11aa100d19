"""A style whose manifest has gone: a refusal, and never a workspace with nothing to do."""

import shutil
from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.commands import here
from tests.workspace.places import write_manifest

SAYS = "styles/16/manifest.json is missing, which style “16” was synced by."


@pytest.fixture
def gone(pushed: Path) -> Path:
    """All is on S3; since then the manifest of 16 was deleted, and 17 got a caption."""
    (pushed / "styles/16/manifest.json").unlink()
    (pushed / "styles/17/b.txt").write_text("new")
    return pushed


@pytest.mark.parametrize(
    "command",
    [["push", "--yes"], ["pull", "--yes"], ["record"], ["status"], ["plan", "--to", "s3"]],
    ids=" ".join,
)
def test_it_is_refused_and_the_others_are_served(gone: Path, command: list[str]) -> None:
    ran = here(gone, *command, "--json")
    assert ran.status == 5
    assert SAYS in ran.err
    assert "17" in {row["style"] for row in ran.document()["styles"]}


def test_push_sends_the_others_and_nothing_of_it(gone: Path, bucket: Bucket) -> None:
    before = bucket.objects("styles/16/")
    (gone / "styles/16/a.txt").unlink()
    assert here(gone, "push", "--yes", "--delete").status == 5
    assert bucket.objects("styles/16/") == before
    assert bucket.get("styles/17/b.txt") == b"new"


@pytest.mark.parametrize("name", ["16", "styles/16", "./styles/16/"])
def test_naming_it_is_its_refusal(gone: Path, name: str) -> None:
    ran = here(gone, "push", name, "--yes")
    assert ran.status == 5
    assert ran.err.startswith(f"Error: {SAYS} Bring it back, from git for example, or begin anew")
    assert here(gone, "push", name, "--yes", "--json").document()["code"] == "refused"


def test_naming_another_style_is_no_error(gone: Path) -> None:
    assert here(gone, "push", "17", "--yes").status == 0
    assert here(gone, "push", "18", "--yes").status == 64


def test_both_may_be_named(gone: Path) -> None:
    ran = here(gone, "push", "17", "16", "--yes")
    assert (ran.status, SAYS in ran.err) == (5, True)


def test_an_empty_folder_is_a_disk_that_is_not_mounted(gone: Path) -> None:
    shutil.rmtree(gone / "styles/16")
    (gone / "styles/16").mkdir()
    assert here(gone, "push", "--yes").status == 5


def test_a_folder_that_was_deleted_is_only_missed_when_named(gone: Path) -> None:
    shutil.rmtree(gone / "styles/16")
    assert here(gone, "push", "--yes").status == 0
    assert here(gone, "push", "16").status == 5


def test_a_workspace_without_any_of_its_styles_does_not_look_new(gone: Path) -> None:
    shutil.rmtree(gone / "styles")
    ran = here(gone, "push", "--yes")
    assert ran.status == 5
    assert SAYS in ran.err
    assert "styles/17/manifest.json is missing" in ran.err


def test_a_style_that_was_moved_is_not_missing(pushed: Path) -> None:
    (pushed / "styles/sixteen").mkdir()
    (pushed / "styles/16/manifest.json").rename(pushed / "styles/sixteen/manifest.json")
    ran = here(pushed, "status")
    assert (ran.status, ran.err) == (0, "")
    assert here(pushed, "status", "16").status == 0


def test_an_id_that_another_style_has_now_is_that_style(gone: Path, bucket: Bucket) -> None:
    write_manifest(gone / "other", "16", bucket.remote("other/"))
    assert here(gone, "status", "16").status == 0
    assert here(gone, "status", "styles/16").status == 5


def test_it_comes_back_with_its_manifest_or_with_init(gone: Path, bucket: Bucket) -> None:
    remote = bucket.remote("styles/16/")
    assert here(gone, "init", "styles/16", "--remote", remote).status == 0
    ran = here(gone, "push", "--yes", "--json")
    assert ran.status == 0, ran.err
    [row] = [row for row in ran.document()["styles"] if row["style"] == "16"]
    assert (row["created"], row["unchanged"]) == (0, 2)


def test_asking_makes_no_state(tmp_path: Path) -> None:
    (tmp_path / "manifest-sync.toml").write_text("")
    write_manifest(tmp_path / "a", "a")
    assert here(tmp_path, "push", "b").status == 64
    assert not (tmp_path / ".manifest-sync" / "state.db").exists()
