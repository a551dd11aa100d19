"""The styles a workspace knows, and what it remembers of each path of them (§5)."""

import secrets
import sqlite3
from collections.abc import Mapping

import msgspec

from manifest_sync.core.content import Content
from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.state.database import writing
from manifest_sync.state.telling import telling


class KnownStyle(msgspec.Struct, frozen=True):
    """A style as state.db knows it: memory belongs to an endpoint and a remote."""

    id: int
    style: str
    folder: str
    serial: int
    """How often its memory was folded."""


@telling
def know(
    database: sqlite3.Connection, endpoint: str, remote: str, style: str, folder: str
) -> KnownStyle:
    """The row of a style, made or brought up to date where needed."""
    found = find(database, endpoint, remote)
    if found is not None and (found.style, found.folder) == (style, folder):
        return found
    with writing(database) as connection:
        connection.execute(
            "INSERT INTO styles (endpoint, remote, style, folder) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (endpoint, remote) DO UPDATE SET style = excluded.style,"
            " folder = excluded.folder",
            (endpoint, remote, style, folder),
        )
    made = find(database, endpoint, remote)
    if made is None:
        raise AssertionError("a row that was just written is there")
    return made


@telling
def find(database: sqlite3.Connection, endpoint: str, remote: str) -> KnownStyle | None:
    """The row of a style, without writing anything."""
    row = database.execute(
        "SELECT id, style, folder, serial FROM styles WHERE endpoint = ? AND remote = ?",
        (endpoint, remote),
    ).fetchone()
    return KnownStyle(*row) if row is not None else None


class Remembered(msgspec.Struct, frozen=True):
    """Where a style was when it was last worked on."""

    style: str
    folder: str
    remote: str


@telling
def remembered(database: sqlite3.Connection) -> list[Remembered]:
    """Every style that was ever worked on here, the latest last."""
    rows = database.execute("SELECT style, folder, remote FROM styles ORDER BY id")
    return [Remembered(*row) for row in rows]


@telling
def load(database: sqlite3.Connection, style_id: int) -> dict[str, Memory]:
    """All that is remembered of a style."""
    rows = database.execute(
        "SELECT path, recorded_size, recorded_md5, base_size, base_md5, seen_size, seen_md5"
        " FROM memory WHERE style_id = ?",
        (style_id,),
    )
    memories: dict[str, Memory] = {}
    for path, recorded_size, recorded_md5, base_size, base_md5, seen_size, seen_md5 in rows:
        recorded = _content(recorded_size, recorded_md5)
        base = (
            recorded
            if (base_size, base_md5) == (recorded_size, recorded_md5)
            else _content(base_size, base_md5)
        )
        seen = (
            base
            if (seen_size, seen_md5) == (base_size, base_md5)
            else _content(seen_size, seen_md5)
        )
        memories[path] = Memory(recorded, base, seen)
    return memories


@telling
def fold(database: sqlite3.Connection, style_id: int, moved: Mapping[str, Memory]) -> None:
    """Write the memories that moved, and count it; BLANK forgets a path."""
    if not moved:
        return
    kept = [
        (style_id, path, *_pair(new.recorded), *_pair(new.base), *_pair(new.seen))
        for path, new in moved.items()
        if new != BLANK
    ]
    forgotten = [(style_id, path) for path, new in moved.items() if new == BLANK]
    with writing(database) as connection:
        connection.executemany("DELETE FROM memory WHERE style_id = ? AND path = ?", forgotten)
        connection.executemany(
            "INSERT OR REPLACE INTO memory VALUES (?, ?, ?, ?, ?, ?, ?, ?)", kept
        )
        connection.execute("UPDATE styles SET serial = serial + 1 WHERE id = ?", (style_id,))


@telling
def forget_recorded(database: sqlite3.Connection, style_id: int) -> None:
    """What `init` does: nothing was ever recorded here, so nothing absent was ever deleted."""
    with writing(database) as connection:
        connection.execute(
            "UPDATE memory SET recorded_size = NULL, recorded_md5 = NULL WHERE style_id = ?",
            (style_id,),
        )


@telling
def lineage(database: sqlite3.Connection) -> str:
    """Eight hexadecimal digits that tell this state.db from every other; made once."""
    query = "SELECT value FROM facts WHERE name = 'lineage'"
    row = database.execute(query).fetchone()
    if row is None:
        with writing(database) as connection:
            connection.execute(
                "INSERT OR IGNORE INTO facts VALUES ('lineage', ?)", (secrets.token_hex(4),)
            )
        row = database.execute(query).fetchone()
    return str(row[0])


def keep_under(database: sqlite3.Connection, apply: int) -> str:
    """Where an apply keeps what it replaces: no two applies of any workspace share it."""
    return f"{lineage(database)}-{apply}"


def _content(size: int | None, md5: str | None) -> Content | None:
    return None if size is None or md5 is None else Content(size, md5)


def _pair(content: Content | None) -> tuple[int | None, str | None]:
    return (None, None) if content is None else (content.size, content.md5)
