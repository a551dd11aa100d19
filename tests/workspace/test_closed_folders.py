"""Folders that nobody may look into: what is in them is not gone, nor left out in silence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.commands import Ran, installed, without_privileges
from tests.workspace.places import write_manifest

pytestmark = pytest.mark.slow  # each command needs a process that gives up root's privileges


SAYS = "“styles/16”, where style “16” is, cannot be looked into: permission denied."


@contextmanager
def _closed(folder: Path, mode: int = 0) -> Iterator[None]:
    before = folder.stat().st_mode
    folder.chmod(mode)
    try:
        yield
    finally:
        folder.chmod(before)


def _run(root: Path, *arguments: str) -> Ran:
    ran = installed(root, *arguments, through=without_privileges())
    assert "Traceback" not in ran.err
    return ran


def _served(ran: Ran) -> set[str]:
    return {row["style"] for row in ran.document()["styles"]}


def test_a_known_style_is_an_error_and_the_others_are_served(pushed: Path, bucket: Bucket) -> None:
    (pushed / "styles/17/b.txt").write_text("new")
    before = bucket.objects("styles/16/")
    with _closed(pushed / "styles/16"):
        ran = _run(pushed, "push", "--yes", "--delete", "--json")
        assert ran.status == 1
        assert f"styles/16: {SAYS}" in ran.err
        assert _served(ran) >= {"17"}
        named = _run(pushed, "push", "16", "--yes")
        assert (named.status, named.err) == (1, f"Error: {SAYS}\n")
        assert _run(pushed, "push", "17").status == 0
    assert bucket.objects("styles/16/") == before
    assert bucket.get("styles/17/b.txt") == b"new"
    assert _run(pushed, "push", "--yes").status == 0


def test_all_styles_below_it_are_errors(pushed: Path, bucket: Bucket) -> None:
    before = bucket.objects("styles/")
    with _closed(pushed / "styles"):
        ran = _run(pushed, "push", "--yes", "--delete")
    assert ran.status == 1
    for style in ("16", "17"):
        says = f"“styles”, where style “{style}” is, cannot be looked into: permission denied."
        assert says in ran.err
    assert bucket.objects("styles/") == before


def test_known_styles_are_reached_where_only_the_list_of_them_is_not(pushed: Path) -> None:
    with _closed(pushed / "styles", 0o100):
        assert _served(_run(pushed, "status", "--json")) == {"16", "17"}


def test_a_style_whose_own_files_cannot_be_listed_is_an_error(pushed: Path) -> None:
    with _closed(pushed / "styles/16", 0o300):
        ran = _run(pushed, "push", "--yes", "--delete")
    assert ran.status == 1
    assert "styles/16” cannot be opened: permission denied" in ran.err


def test_where_no_style_is_known_it_is_said_once_and_not_when_others_are_named(
    pushed: Path,
) -> None:
    write_manifest(pushed / "attic" / "18", "18")
    with _closed(pushed / "attic"):
        ran = _run(pushed, "record")
        assert ran.status == 0
        assert ran.err.count("“attic” cannot be looked into: permission denied. Styles in it") == 1
        assert "attic" not in _run(pushed, "record", "16").err
    assert _served(_run(pushed, "record", "--json")) == {"16", "17", "18"}
