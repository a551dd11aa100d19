"""Uploads in parts that are under way, so that those of a killed run are found again.

Each is written down and forgotten by the thread that sends it, through a connection of its own:
they are few and large.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from manifest_sync.state.database import writing
from manifest_sync.state.state import open_state
from manifest_sync.state.telling import telling


class Upload(msgspec.Struct, frozen=True):
    """One upload that S3 was told to begin."""

    endpoint: str
    bucket: str
    key: str
    id: str
    """S3's own."""


def note(path: Path, upload: Upload, when: str) -> None:
    """Write down that an upload has begun. Safe to call from any thread."""
    with closing(open_state(path)) as database:
        _note(database, upload, when)


def forget(path: Path, upload: Upload) -> None:
    """Forget an upload of which nothing is left. Safe to call from any thread."""
    with closing(open_state(path)) as database:
        _forget(database, upload)


@telling
def under_way(database: sqlite3.Connection, endpoint: str, bucket: str) -> list[Upload]:
    """The uploads to a bucket that nobody has seen the end of."""
    rows = database.execute(
        "SELECT key, upload FROM uploads WHERE endpoint = ? AND bucket = ? ORDER BY began, key",
        (endpoint, bucket),
    )
    return [Upload(endpoint, bucket, key, upload) for key, upload in rows]


@telling
def _note(database: sqlite3.Connection, upload: Upload, when: str) -> None:
    with writing(database) as connection:
        connection.execute(
            "INSERT INTO uploads (upload, endpoint, bucket, key, began) VALUES (?, ?, ?, ?, ?)",
            (upload.id, upload.endpoint, upload.bucket, upload.key, when),
        )


@telling
def _forget(database: sqlite3.Connection, upload: Upload) -> None:
    with writing(database) as connection:
        connection.execute("DELETE FROM uploads WHERE upload = ?", (upload.id,))
