"""The journal: every change is written down before it is made, and what became of it after."""

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from manifest_sync.core.content import Content
from manifest_sync.core.history import Who
from manifest_sync.core.outcome import Outcome
from manifest_sync.core.plan import Change
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.stamps import Stamp
from manifest_sync.core.statistics import Statistics
from manifest_sync.state.database import writing
from manifest_sync.state.telling import telling


class Replaced(msgspec.Struct, frozen=True):
    """A document of ours on S3 that gives way to another."""

    path: str
    before: Content
    after: Content
    precondition: Stamp
    """The state of it that gives way, and no other."""


@telling
def begin(
    database: sqlite3.Connection,
    style_id: int,
    changes: Sequence[Change],
    *,
    command: str,
    side: str,
    plan: str,
    when: str,
    who: Who,
) -> int:
    """Write down what is about to be done, all of it at once, and return the apply's number."""
    with writing(database) as connection:
        cursor = connection.execute(
            "INSERT INTO applies (style_id, command, side, plan, began, user, host)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (style_id, command, side, plan, when, who.user, who.host),
        )
        number = cursor.lastrowid
        if number is None:
            raise AssertionError("an insert has a row id")
        connection.executemany(
            "INSERT INTO changes (apply_id, number, side, path, action, reason, before_size,"
            " before_md5, after_size, after_md5, taken_from, precondition)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    number,
                    index,
                    change.side,
                    change.path,
                    change.action,
                    change.reason,
                    *_pair(change.before),
                    *_pair(change.after),
                    change.source.kept_at if isinstance(change.source, KeptSource) else None,
                    msgspec.json.encode(change.precondition).decode(),
                )
                for index, change in enumerate(changes, start=1)
            ),
        )
    return number


@telling
def note_outcomes(
    database: sqlite3.Connection, apply: int, outcomes: Iterable[tuple[int, Outcome]], when: str
) -> None:
    """Write down what became of changes, by their number in the apply."""
    with writing(database) as connection:
        connection.executemany(
            "UPDATE changes SET status = ?, error = ?, ended = ?, kept_at = ?"
            " WHERE apply_id = ? AND number = ?",
            (
                (outcome.status, outcome.error, when, outcome.kept_at, apply, number)
                for number, outcome in outcomes
            ),
        )


@telling
def withdraw(database: sqlite3.Connection, apply: int) -> None:
    """Take back an apply that was not begun: nothing has happened."""
    with writing(database) as connection:
        connection.execute("DELETE FROM changes WHERE apply_id = ?", (apply,))
        connection.execute("DELETE FROM applies WHERE id = ?", (apply,))


@telling
def begin_to_publish(database: sqlite3.Connection, apply: int, replaced: Replaced) -> None:
    """Write down that an apply is about to replace the published manifest: its change number 0."""
    with writing(database) as connection:
        connection.execute(
            "INSERT INTO changes (apply_id, number, side, path, action, reason, before_size,"
            " before_md5, after_size, after_md5, precondition)"
            " VALUES (?, 0, 's3', ?, 'update', 'published', ?, ?, ?, ?, ?)",
            (
                apply,
                replaced.path,
                *_pair(replaced.before),
                *_pair(replaced.after),
                msgspec.json.encode(replaced.precondition).decode(),
            ),
        )


@telling
def note_published(
    database: sqlite3.Connection, apply: int, kept_at: str | None, when: str
) -> None:
    """Write down that it has, and where the one before it is kept."""
    with writing(database) as connection:
        connection.execute(
            "UPDATE changes SET status = 'done', ended = ?, kept_at = ?"
            " WHERE apply_id = ? AND number = 0",
            (when, kept_at, apply),
        )


@telling
def end(database: sqlite3.Connection, apply: int, statistics: Statistics, when: str) -> None:
    """Close an apply with its figures."""
    figures = msgspec.json.encode(statistics).decode()
    with writing(database) as connection:
        connection.execute(
            "UPDATE applies SET ended = ?, statistics = ? WHERE id = ?", (when, figures, apply)
        )


def _pair(content: Content | None) -> tuple[int | None, str | None]:
    return (None, None) if content is None else (content.size, content.md5)
