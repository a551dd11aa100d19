"""Reading back from the journal what runs did at one path, newest first."""

import sqlite3

from manifest_sync.core.content import Action, Content, Side
from manifest_sync.core.history import deletion_id
from manifest_sync.core.outcome import Status
from manifest_sync.core.path_history import PathChange
from manifest_sync.state.database import by_name
from manifest_sync.state.telling import telling


@telling
def changes_of(database: sqlite3.Connection, style_id: int, path: str) -> list[PathChange]:
    """Every change of one style at one path, on either side."""
    rows = by_name(
        database,
        "SELECT changes.*, applies.began, applies.command, applies.user, applies.host"
        " FROM changes JOIN applies ON applies.id = apply_id"
        " WHERE style_id = ? AND path = ? ORDER BY apply_id DESC, number DESC",
        (style_id, path),
    )
    return [
        PathChange(
            id=deletion_id(row["apply_id"], row["number"]),
            when=row["began"],
            command=row["command"],
            user=row["user"],
            host=row["host"],
            side=Side(row["side"]),
            action=Action(row["action"]),
            reason=row["reason"],
            before=_content(row["before_size"], row["before_md5"]),
            after=_content(row["after_size"], row["after_md5"]),
            status=Status(row["status"]) if row["status"] is not None else None,
            error=row["error"],
            kept_at=row["kept_at"],
        )
        for row in rows
    ]


def _content(size: int | None, md5: str | None) -> Content | None:
    return None if size is None or md5 is None else Content(size, md5)
