"""Opening a SQLite file of ours: private, migrated, known to be whole, in WAL mode if it can be."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
from sqlite_utils import Database, Migrations

from manifest_sync.core.errors import StateError
from manifest_sync.state.file_system import network_kind

BUSY_SECONDS = 30.0


class Schema(msgspec.Struct, frozen=True):
    """The migrations that make a file what this version expects, and how many they are."""

    migrations: Migrations
    version: int


class NewerFormat(StateError):
    """A newer version of manifest-sync wrote this file."""


class Damaged(StateError):
    """The file is not a whole SQLite database."""


def open_database(path: Path, schema: Schema, synchronous: Literal["NORMAL", "FULL"]) -> Database:
    """Open or create a database, bring it to the newest schema, and return it.

    Raises Damaged, NewerFormat, or StateError where the file cannot be used at all.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
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


def _when_free(prepare: Callable[[], Database]) -> Database:
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
) -> Database:
    # With a rollback journal it takes file locks alone to keep processes apart, also from afar.
    mode = "WAL" if network_kind(path.parent) is None else "DELETE"
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA foreign_keys = ON")
    # A plugin of sqlite-utils that happens to be installed has no business here; to look for them
    # would take 0.03 s.
    database = Database(connection, execute_plugins=False)
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > schema.version:
        raise NewerFormat(
            f"{path} was written by a newer version of manifest-sync (format {version}, "
            f"this version knows {schema.version})."
        )
    if version < schema.version:
        # sqlite-utils begins its transactions deferred, and two processes that migrate at once
        # would then fail with SQLITE_BUSY_SNAPSHOT: the write lock is taken first.
        with writing(database):
            schema.migrations.apply(database)
            connection.execute(f"PRAGMA user_version = {schema.version}")
    return database


@contextmanager
def writing(database: Database) -> Iterator[sqlite3.Connection]:
    """One transaction that holds the write lock from its beginning."""
    connection = database.conn
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def translated(error: sqlite3.DatabaseError, path: Path) -> StateError:
    """Say what SQLite found: a file in use or out of reach, or one that is no longer whole."""
    if isinstance(error, sqlite3.OperationalError):
        return StateError(f"{path} cannot be used: {error}.")
    return Damaged(f"{path} is damaged: {error}.")


def _why(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
