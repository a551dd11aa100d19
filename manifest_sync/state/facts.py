"""Small things to remember, by name, each as one JSON value in state.db's `facts`."""

import sqlite3
from typing import TypeVar

import msgspec

from manifest_sync.state.database import writing
from manifest_sync.state.telling import telling

_T = TypeVar("_T")


@telling
def recall(database: sqlite3.Connection, name: str, kind: type[_T]) -> _T | None:
    """What is remembered under a name; None where nothing is, or nothing of that kind."""
    row = database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    if row is None:
        return None
    try:
        return msgspec.json.decode(row[0], type=kind)
    except msgspec.DecodeError:
        return None  # another version's shape: found out, or begun, anew


@telling
def forget(database: sqlite3.Connection, name: str) -> None:
    """Remember nothing under a name any more."""
    with writing(database) as connection:
        connection.execute("DELETE FROM facts WHERE name = ?", (name,))


@telling
def remember(database: sqlite3.Connection, name: str, value: object) -> None:
    """Remember a value in the place of what was there under its name."""
    text = msgspec.json.encode(value).decode()
    with writing(database) as connection:
        connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, text))
