"""Runs that were cut off: what they meant to do, and how far that was written down."""

import sqlite3
from collections.abc import Iterable

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.outcome import Status
from manifest_sync.core.stamps import Stamp
from manifest_sync.state.database import by_name, writing
from manifest_sync.state.telling import telling


class Intent(msgspec.Struct, frozen=True):
    """A change that was written down before it was made."""

    apply: int
    number: int
    command: str
    """Of the run."""
    side: Side
    path: str
    before: Content | None
    after: Content | None
    precondition: Stamp | None
    """None where the version that wrote it down did not note it."""
    status: Status | None = None
    """How it ended; None where nobody wrote that down."""


class Finding(msgspec.Struct, frozen=True):
    """What turned out to have become of it."""

    intent: Intent
    status: Status
    kept_at: str | None = None
    error: str | None = None


@telling
def intents(database: sqlite3.Connection, style_id: int) -> list[Intent]:
    """The changes of the style's runs that did not end, and all without an outcome, oldest first.

    Those with an outcome are among them because their run did not live to fold it into memory.
    """
    rows = by_name(
        database,
        "SELECT changes.*, command FROM changes JOIN applies ON applies.id = apply_id"
        " WHERE style_id = ? AND (applies.ended IS NULL OR status IS NULL)"
        " ORDER BY apply_id, number",
        (style_id,),
    )
    return [
        Intent(
            apply=row["apply_id"],
            number=row["number"],
            command=row["command"],
            side=Side(row["side"]),
            path=row["path"],
            before=_content(row["before_size"], row["before_md5"]),
            after=_content(row["after_size"], row["after_md5"]),
            precondition=_stamp(row["precondition"]),
            status=Status(row["status"]) if row["status"] is not None else None,
        )
        for row in rows
    ]


@telling
def close(
    database: sqlite3.Connection, style_id: int, findings: Iterable[Finding], when: str
) -> None:
    """Write down what became of them, and close the runs. They stay without figures.

    A change that nothing could be found out about stays without an outcome, for a later run.
    """
    with writing(database) as connection:
        connection.executemany(
            "UPDATE changes SET status = ?, error = ?, ended = ?, kept_at = ?"
            " WHERE apply_id = ? AND number = ? AND status IS NULL",
            [
                (each.status, each.error, when, each.kept_at, each.intent.apply, each.intent.number)
                for each in findings
            ],
        )
        connection.execute(
            "UPDATE applies SET ended = ? WHERE style_id = ? AND ended IS NULL", (when, style_id)
        )


@telling
def any_cut_off(database: sqlite3.Connection, style_id: int) -> bool:
    """Whether a run of the style did not end, or has a change without an outcome."""
    row = database.execute(
        "SELECT EXISTS (SELECT 1 FROM applies WHERE style_id = ? AND ended IS NULL)"
        " OR EXISTS (SELECT 1 FROM changes JOIN applies ON applies.id = apply_id"
        "  WHERE style_id = ? AND status IS NULL)",
        (style_id, style_id),
    ).fetchone()
    return bool(row[0])


def _content(size: int | None, md5: str | None) -> Content | None:
    return None if size is None or md5 is None else Content(size, md5)


def _stamp(text: str | None) -> Stamp | None:
    return None if text is None else msgspec.json.decode(text, type=Stamp)
