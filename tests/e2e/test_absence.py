"""Not seeing a file is not its deletion, in neither direction, even with --delete."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.commands import installed, without_privileges
from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, PREFIX, Place, mannerly

pytestmark = BOTH_SERVERS_SLOWLY

Hiding = Callable[[Place], AbstractContextManager[None]]

COMMANDS = (
    ("push", "--yes", "--delete", "--overwrite"),
    ("pull", "--yes", "--delete"),
)


@contextmanager
def unmounted(place: Place) -> Iterator[None]:
    """The disk of the style is not there: an empty folder is in its place."""
    away = place.root.parent / "the disk"
    place.style.rename(away)
    place.style.mkdir()
    try:
        yield
    finally:
        shutil.rmtree(place.style)
        away.rename(place.style)


@contextmanager
def unreadable(place: Place) -> Iterator[None]:
    """A folder that nobody may list."""
    (place.style / "10_subject").chmod(0)
    try:
        yield
    finally:
        (place.style / "10_subject").chmod(0o700)


@contextmanager
def broken_links(place: Place) -> Iterator[None]:
    """Links to a disk that is not there, where there were a file and a folder."""
    away = place.root.parent / "elsewhere"
    away.mkdir()
    for name in ("a.txt", "10_subject"):
        (place.style / name).rename(away / name)
        (place.style / name).symlink_to(place.root / "not mounted" / name)
    try:
        yield
    finally:
        for name in ("a.txt", "10_subject"):
            (place.style / name).unlink()
            (away / name).rename(place.style / name)


@contextmanager
def newly_ignored(place: Place) -> Iterator[None]:
    """Files that the manifest leaves out from now on."""
    manifest = json.loads(place.manifest())
    manifest["ignore"] = ["10_subject/", "a.txt"]
    (place.style / "manifest.json").write_text(json.dumps(manifest))
    yield


@pytest.mark.parametrize(
    ("hiding", "status"),
    [(unmounted, 5), (unreadable, 0), (broken_links, 0), (newly_ignored, 0)],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_is_not_seen_is_neither_deleted_nor_replaced(
    place: Place, hiding: Hiding, status: int
) -> None:
    place.begin_pushed()
    with hiding(place):
        for command in COMMANDS:
            ran = installed(place.root, *command, through=without_privileges())
            mannerly(ran, status)
            assert place.objects() == FILES, command
    assert place.files() == FILES
    assert not place.kept(), "something was replaced"


@pytest.mark.parametrize("hiding", [unreadable, broken_links])
def test_what_others_changed_meanwhile_comes_when_it_is_seen_again(
    place: Place, hiding: Hiding
) -> None:
    place.begin_pushed()
    theirs = {"10_subject/b.txt": b"theirs", "new.png": b"new"}
    for path, data in theirs.items():
        place.bucket.put(PREFIX + path, data)
    with hiding(place):
        ran = installed(place.root, "pull", "--yes", "--delete", through=without_privileges())
        assert "! 10_subject: " in mannerly(ran).out
        assert "Styles in it" not in ran.err
        assert (place.style / "new.png").read_bytes() == b"new"
    assert place.files() == FILES | {"new.png": b"new"}
    place.quickly("pull", "--yes")
    assert place.files() == FILES | theirs
