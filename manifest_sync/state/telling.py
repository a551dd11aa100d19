"""What SQLite finds wrong with state.db, told in a sentence that says what to do."""

import sqlite3
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from manifest_sync.core.errors import StateError
from manifest_sync.state.database import Damaged, translated

_P = ParamSpec("_P")
_R = TypeVar("_R")


def telling(
    function: Callable[Concatenate[sqlite3.Connection, _P], _R],
) -> Callable[Concatenate[sqlite3.Connection, _P], _R]:
    """Let a function over state.db raise StateError where SQLite raises an error of its own."""

    @wraps(function)
    def told(database: sqlite3.Connection, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return function(database, *args, **kwargs)
        except sqlite3.DatabaseError as error:
            path = Path(database.execute("PRAGMA database_list").fetchone()[2])
            raise StateError(what_to_do(translated(error, path), path)) from error

    return told


def what_to_do(error: StateError, path: Path) -> str:
    """The error's sentence, and where the file is damaged what its owner can do about it."""
    if not isinstance(error, Damaged):
        return str(error)
    return (
        f"{error} Restore it from a backup, or move it away: without it no file is lost, "
        f"but history is gone and the next runs may ask about files that differ. ({path.name} "
        "is never deleted by manifest-sync.)"
    )
