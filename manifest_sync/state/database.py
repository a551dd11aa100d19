"""Opening a SQLite file of ours: private, migrated, known to be whole, in WAL mode if it can be."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Literal

import msgspec

from manifest_sync.core.errors import StateError
from manifest_sync.state.file_system import network_kind

BUSY_SECONDS = 30.0


class Schema(msgspec.Struct, frozen=True):
    """What this version expects a file to be."""

    name: Literal["state", "cache"]
    version: int
    """How many migrations have made it (`state/migrating.py`)."""


class NewerFormat(StateError):
    """A newer version of manifest-sync wrote this file."""


class Damaged(StateError):
    """The file is not a whole SQLite database."""


def open_database(
    path: Path, schema: Schema, synchronous: Literal["NORMAL", "FULL"]
) -> sqlite3.Connection:
    """Open or create a database, bring it to the newest schema, and return it.

    Raises Damaged, NewerFormat, or StateError where the file cannot be used at all.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # No link is followed: in a checkout it may lead to a database of another program's.
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        os.close(os.open(path, flags, 0o600))
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    except (OSError, sqlite3.Error) as error:
        raise StateError(f"{path} cannot be opened: {_why(error)}.") from error
    try:
        return _when_free(lambda: _prepared(connection, path, schema, synchronous))
    except sqlite3.DatabaseError as error:
        connection.close()
        raise translated(error, path) from error
    except BaseException:
        connection.close()
        raise


def _when_free(prepare: Callable[[], sqlite3.Connection]) -> sqlite3.Connection:
    """Try again while another process holds the file.

    SQLite waits by itself for every lock but the one that switching the journal's mode needs.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return prepare()
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _prepared(
    connection: sqlite3.Connection,
    path: Path,
    schema: Schema,
    synchronous: Literal["NORMAL", "FULL"],
) -> sqlite3.Connection:
    # With a rollback journal it takes file locks alone to keep processes apart, also from afar.
    mode = "WAL" if network_kind(path.parent) is None else "DELETE"
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA foreign_keys = ON")
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > schema.version:
        raise NewerFormat(
            f"{path} was written by a newer version of manifest-sync (format {version}, "
            f"this version knows {schema.version})."
        )
    if version < schema.version:
        # sqlite-utils begins its transactions deferred, and two processes that migrate at once
        # would then fail with SQLITE_BUSY_SNAPSHOT: the write lock is taken first.
        with writing(connection):
            _migrate(connection, schema)
            connection.execute(f"PRAGMA user_version = {schema.version}")
    return connection


def _migrate(database: sqlite3.Connection, schema: Schema) -> None:
    """Bring a file that is new or old to the newest schema, with what is imported only for that.

    To import sqlite-utils takes a seventh of what a plan of a few files needs, and nearly every
    run finds its files at the newest schema.
    """
    import_module("manifest_sync.state.migrating").migrate(database, schema.name)


@contextmanager
def writing(database: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction that holds the write lock from its beginning."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield database
    except BaseException:
        database.rollback()
        raise
    database.commit()


def by_name(
    database: sqlite3.Connection, query: str, parameters: Sequence[object] = ()
) -> sqlite3.Cursor:
    """The rows that a query finds, with their columns by name."""
    cursor = database.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(query, parameters)


def translated(error: sqlite3.DatabaseError, path: Path) -> StateError:
    """Say what SQLite found: a file in use or out of reach, or one that is no longer whole."""
    if isinstance(error, sqlite3.OperationalError):
        return StateError(f"{path} cannot be used: {error}.")
    return Damaged(f"{path} is damaged: {error}.")


def _why(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
