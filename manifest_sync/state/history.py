"""Reading the journal back: applies and deletions, newest first."""

import sqlite3
from collections.abc import Collection

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.history import Apply, Deletion, Who, apply_id, deletion_id
from manifest_sync.core.statistics import Statistics
from manifest_sync.state.database import by_name
from manifest_sync.state.telling import telling


@telling
def applies(database: sqlite3.Connection, styles: Collection[str] | None) -> list[Apply]:
    """Every run of the named styles, or of all."""
    rows = by_name(
        database,
        "SELECT applies.*, styles.style FROM applies JOIN styles ON styles.id = style_id"
        " ORDER BY applies.id DESC",
    )
    return [
        Apply(
            id=apply_id(row["id"]),
            when=row["began"],
            command=row["command"],
            user=row["user"],
            host=row["host"],
            style=row["style"],
            to=Side(row["side"]),
            statistics=_statistics(row["statistics"]),
        )
        for row in rows
        if styles is None or row["style"] in styles
    ]


@telling
def beginnings(database: sqlite3.Connection) -> dict[int, str]:
    """When each run began, by its number.

    Not those that were cut off: what they have kept has no row yet, and is not to go before.
    """
    return dict(database.execute("SELECT id, began FROM applies WHERE ended IS NOT NULL"))


@telling
def kept_places(database: sqlite3.Connection) -> list[tuple[str, str]]:
    """Where bytes were kept and not removed since, with the endpoint; manifests included."""
    rows = database.execute(
        "SELECT kept_at, endpoint FROM changes JOIN applies ON applies.id = apply_id"
        " JOIN styles ON styles.id = style_id WHERE kept_at IS NOT NULL AND pruned IS NULL"
    )
    return [(str(place), str(endpoint)) for place, endpoint in rows]


@telling
def deletions(database: sqlite3.Connection, styles: Collection[str] | None) -> list[Deletion]:
    """Everything that was deleted or replaced, with where its bytes are now.

    Also what a run has kept, though nobody knows whether it was the one to replace it: its answer
    was lost, or it was killed, and somebody else has changed the path since.
    """
    rows = by_name(
        database,
        "SELECT changes.*, applies.plan, applies.user, applies.host, applies.command,"
        " styles.style, styles.remote, styles.endpoint,"
        " (SELECT MAX(back.ended) FROM changes AS back WHERE back.taken_from = changes.kept_at"
        "   AND back.status = 'done' AND back.side = changes.side) AS restored"
        " FROM changes JOIN applies ON applies.id = apply_id JOIN styles ON styles.id = style_id"
        " WHERE before_md5 IS NOT NULL AND number > 0"
        " AND (status = 'done' OR changes.kept_at IS NOT NULL)"
        " ORDER BY apply_id DESC, changes.ended DESC, number DESC",
    )
    return [
        Deletion(
            id=deletion_id(row["apply_id"], row["number"]),
            when=row["ended"],
            who=Who(row["user"], row["host"]),
            style=row["style"],
            side=Side(row["side"]),
            path=row["path"],
            content=Content(row["before_size"], row["before_md5"]),
            after=_content(row["after_size"], row["after_md5"]),
            reason=row["reason"],
            apply=apply_id(row["apply_id"]),
            command=row["command"],
            plan=row["plan"],
            remote=row["remote"],
            endpoint=row["endpoint"],
            kept_at=row["kept_at"],
            pruned=row["pruned"],
            restored=row["restored"],
        )
        for row in rows
        if styles is None or row["style"] in styles
    ]


def _content(size: int | None, md5: str | None) -> Content | None:
    return None if size is None or md5 is None else Content(size, md5)


def _statistics(figures: str | None) -> Statistics | None:
    return None if figures is None else msgspec.json.decode(figures, type=Statistics)
