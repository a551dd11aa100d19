"""Bringing a database that is new or old to the newest schema, with sqlite-utils."""

import sqlite3
from typing import Literal

from sqlite_utils import Database, Migrations

from manifest_sync.state import cache_migrations, state_migrations

MIGRATIONS: dict[str, Migrations] = {
    "state": state_migrations.MIGRATIONS,
    "cache": cache_migrations.MIGRATIONS,
}


def migrate(connection: sqlite3.Connection, name: Literal["state", "cache"]) -> None:
    """Apply what the database lacks, in the transaction that is open."""
    # A plugin of sqlite-utils that happens to be installed has no business here.
    MIGRATIONS[name].apply(Database(connection, execute_plugins=False))
