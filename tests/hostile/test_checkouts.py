"""A checkout that brings a `.manifest-sync/` of its own, in which links lead out of it."""

import sqlite3
from pathlib import Path

import pytest

from tests.hostile.target import Target

STATE = Path(".manifest-sync")


def _others(target: Target) -> Path:
    """The database of another program, which SQLite would open."""
    database = target.outside / "bookmarks.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    return database


@pytest.mark.parametrize("name", ["lock", "state.db", "cache.db"])
def test_a_link_is_not_followed(target: Target, name: str) -> None:
    others, link = _others(target), target.root / STATE / name
    link.unlink(missing_ok=True)
    link.symlink_to(others)
    target.write({"new.png": b"new"})
    before, objects = target.tree(), target.objects()
    for command in (("record",), ("push", "--yes")):
        ran = target.run(*command, status=1)
        assert f"{name} cannot be " in ran.err
        assert "symbolic link" in ran.err
    assert (target.tree(), target.objects()) == (before, objects)


def test_the_note_of_who_holds_the_workspace_is_written_over_no_file(target: Target) -> None:
    others, link = _others(target), target.root / STATE / "lock.holder"
    link.symlink_to(others)
    before = others.read_bytes()
    target.run("push", "--yes")
    assert others.read_bytes() == before
    assert not link.is_symlink()
