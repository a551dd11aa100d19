"""state.db: memory, journal and history of a workspace. Never deleted by us."""

import sqlite3
from pathlib import Path

from manifest_sync.core.errors import StateError
from manifest_sync.state.database import Damaged, NewerFormat, Schema, open_database
from manifest_sync.state.telling import what_to_do

_SCHEMA = Schema("state", 6)


def open_state(path: Path) -> sqlite3.Connection:
    """Open or create state.db. Raises StateError, saying what to do, where it cannot be used."""
    try:
        return open_database(path, _SCHEMA, "FULL")
    except NewerFormat as error:
        raise StateError(f"{error} Update manifest-sync to use this workspace.") from error
    except Damaged as error:
        raise StateError(what_to_do(error, path)) from error
