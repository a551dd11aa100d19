"""The journal of what `trash prune` removed for good, begun before the first file goes."""

import sqlite3
from collections.abc import Iterable

from manifest_sync.core.history import Prune, Who
from manifest_sync.state.database import by_name, writing
from manifest_sync.state.telling import telling


@telling
def begin(database: sqlite3.Connection, before: str, when: str, who: Who) -> int:
    """Write down that what was kept before that time is about to go, and return the number."""
    with writing(database) as connection:
        cursor = connection.execute(
            "INSERT INTO prunes (before, began, user, host) VALUES (?, ?, ?, ?)",
            (before, when, who.user, who.host),
        )
    if cursor.lastrowid is None:
        raise AssertionError("an insert has a row id")
    return cursor.lastrowid


@telling
def note_going(database: sqlite3.Connection, kept_at: Iterable[str], when: str) -> None:
    """Write down that kept bytes are no longer to be had, before they are removed."""
    with writing(database) as connection:
        connection.executemany(
            "UPDATE changes SET pruned = ? WHERE kept_at = ? AND pruned IS NULL",
            ((when, place) for place in kept_at),
        )


@telling
def note_staying(database: sqlite3.Connection, kept_at: Iterable[str], when: str) -> None:
    """Take that back for what could not be removed; `when` is as it was told to `note_going`."""
    with writing(database) as connection:
        connection.executemany(
            "UPDATE changes SET pruned = NULL WHERE kept_at = ? AND pruned = ?",
            ((place, when) for place in kept_at),
        )


@telling
def note_gone(database: sqlite3.Connection, number: int, files: int, size: int) -> None:
    """Count what was removed."""
    with writing(database) as connection:
        connection.execute(
            "UPDATE prunes SET files = files + ?, bytes = bytes + ? WHERE id = ?",
            (files, size, number),
        )


@telling
def end(database: sqlite3.Connection, number: int, when: str) -> None:
    """Close a prune."""
    with writing(database) as connection:
        connection.execute("UPDATE prunes SET ended = ? WHERE id = ?", (when, number))


@telling
def prunes(database: sqlite3.Connection) -> list[Prune]:
    """Every prune, newest first."""
    rows = by_name(database, "SELECT * FROM prunes ORDER BY id DESC")
    return [
        Prune(
            when=row["began"],
            who=Who(row["user"], row["host"]),
            before=row["before"],
            files=row["files"],
            size=row["bytes"],
            complete=row["ended"] is not None,
        )
        for row in rows
    ]
