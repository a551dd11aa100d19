"""Files and folders that may not be read or written."""

from pathlib import Path

import pytest

from tests.commands import Ran, installed, without_privileges
from tests.e2e.places import FILES, PREFIX, Place, mannerly

pytestmark = pytest.mark.slow


def _run(place: Place, *arguments: str, status: int) -> Ran:
    return mannerly(installed(place.root, *arguments, through=without_privileges()), status)


def _closed(*paths: Path) -> None:
    for path in paths:
        path.chmod(0)


def test_what_cannot_be_read_is_a_problem_and_nothing_is_deleted_for_it(place: Place) -> None:
    place.begin_pushed()
    place.write({"new.png": b"new", "a.txt": b"edited"})
    (place.style / "a.jpg").unlink()
    _closed(place.style / "a.txt", place.style / "10_subject")
    try:
        ran = _run(place, "push", "--yes", "--delete", status=3)
        assert "! a.txt: “a.txt” cannot be read: permission denied" in ran.out
        assert "! 10_subject: “10_subject” cannot be opened: permission denied" in ran.out
        assert "1 change of 16: not deleted, because a problem hides files of this" in ran.err
        assert place.objects() == FILES | {"new.png": b"new"}
        _run(place, "record", status=0)
    finally:
        (place.style / "a.txt").chmod(0o600)
        (place.style / "10_subject").chmod(0o700)
    assert place.row("push", "--yes", "--delete")["deleted"] == 1
    assert place.objects() == place.files()


def test_what_cannot_be_written_fails_by_itself(place: Place) -> None:
    place.begin_pushed()
    for path in ("a.txt", "10_subject/b.txt"):
        place.bucket.put(PREFIX + path, b"theirs")
    (place.style / "10_subject").chmod(0o500)
    try:
        ran = _run(place, "pull", "--yes", status=3)
    finally:
        (place.style / "10_subject").chmod(0o700)
    assert "Failed to update 10_subject/b.txt (16): " in ran.err
    assert "permission denied" in ran.err
    assert place.files() == FILES | {"a.txt": b"theirs"}
    place.quickly("pull", "--yes")
    assert place.files() == place.objects()


def test_a_manifest_that_cannot_be_read_is_one_sentence(place: Place) -> None:
    place.begin_pushed()
    _closed(place.style / "manifest.json")
    ran = _run(place, "push", "--yes", status=1)
    assert ran.err == "Error: styles/16/manifest.json cannot be read: Permission denied.\n"
    (place.style / "manifest.json").chmod(0o600)
