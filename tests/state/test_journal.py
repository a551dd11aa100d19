"""The journal and what history tells of it: intents first, outcomes after, nothing made up."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from manifest_sync.core.content import Side
from manifest_sync.core.history import Who, apply_id, deletion_id, parse_id
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Change, Options
from manifest_sync.core.statistics import Cost, Statistics
from manifest_sync.state import history, journal, memories
from manifest_sync.state.state import open_state
from tests.builders import content, plan, survey

WHO = Who("ann", "workstation")
CHANGES = plan(
    survey("new.png=1 edited.txt=3", "edited.txt=4 gone.png=5", "", "edited.txt=4 gone.png=5"),
    options=Options(delete=True),
).changes
EDITED, GONE, NEW = CHANGES


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    made = open_state(tmp_path / "state.db")
    yield made
    made.close()


def begin(
    database: sqlite3.Connection,
    changes: tuple[Change, ...] = CHANGES,
    style: str = "16",
    when: str = "t0",
) -> int:
    known = memories.know(database, "e", f"s3://b/{style}/", style, f"styles/{style}")
    return journal.begin(
        database, known.id, changes, command="push --delete", side=Side.S3, plan="f00", when=when,
        who=WHO,
    )  # fmt: skip


def done(change: Change, kept_at: str | None = None) -> Outcome:
    return Outcome(change, Status.DONE, kept_at=kept_at)


def test_an_intent_is_written_before_anything_happened(database: sqlite3.Connection) -> None:
    number = begin(database)
    rows = list(Database(database)["changes"].rows)
    assert [(row["apply_id"], row["number"], row["path"]) for row in rows] == [
        (number, 1, "edited.txt"), (number, 2, "gone.png"), (number, 3, "new.png")
    ]  # fmt: skip
    assert {(row["status"], row["ended"], row["kept_at"]) for row in rows} == {(None, None, None)}
    (cut_off,) = history.applies(database, None)
    assert cut_off.id == f"@{number}"
    assert cut_off.statistics is None
    assert (cut_off.command, cut_off.user, cut_off.host) == ("push --delete", "ann", "workstation")
    assert (cut_off.when, cut_off.style, cut_off.to) == ("t0", "16", Side.S3)
    assert history.deletions(database, None) == []


def test_figures_are_told_as_they_were_counted(database: sqlite3.Connection) -> None:
    number = begin(database)
    figures = Statistics(1, 2, 3, 4, 5, 6, 7, Cost(8, 9.5, {"list": 1}))
    journal.end(database, number, figures, "t9")
    assert history.applies(database, None)[0].statistics == figures


def test_a_deletion_is_what_really_took_bytes_away(database: sqlite3.Connection) -> None:
    number = begin(database)
    outcomes = [(1, done(EDITED, "s3://b/trash/e")), (2, done(GONE, "s3://b/trash/g"))]
    journal.note_outcomes(database, number, [*outcomes, (3, done(NEW))], "t1")
    gone, edited = history.deletions(database, None)
    assert (gone.id, gone.path, gone.content) == ("@1.2", "gone.png", content(5))
    assert (gone.replaced, gone.kept_at) == (False, "s3://b/trash/g")
    assert (edited.id, edited.path, edited.content) == ("@1.1", "edited.txt", content(4))
    assert (edited.replaced, edited.kept_at) == (True, "s3://b/trash/e")
    for told in (gone, edited):
        assert (told.when, told.who, told.style, told.side) == ("t1", WHO, "16", Side.S3)
        assert (told.apply, told.plan) == ("@1", "f00")
    assert gone.reason == GONE.reason


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DONE}))
def test_what_did_not_happen_is_no_deletion(database: sqlite3.Connection, status: Status) -> None:
    number = begin(database)
    journal.note_outcomes(database, number, [(2, Outcome(GONE, status, "why"))], "t1")
    assert history.deletions(database, None) == []
    (row,) = Database(database)["changes"].rows_where("number = 2")
    assert (row["status"], row["error"]) == (status.value, "why")


def test_history_is_newest_first_and_by_style(database: sqlite3.Connection) -> None:
    for turn, style in enumerate(("16", "17", "16")):
        number = begin(database, (GONE, EDITED), style, f"t{turn}")
        journal.note_outcomes(database, number, [(1, done(GONE)), (2, done(EDITED))], f"t{turn}")
    assert [run.id for run in history.applies(database, None)] == ["@3", "@2", "@1"]
    assert [run.id for run in history.applies(database, {"16"})] == ["@3", "@1"]
    assert [run.id for run in history.applies(database, {"nobody"})] == []
    assert [d.id for d in history.deletions(database, {"17"})] == ["@2.2", "@2.1"]
    assert [d.id for d in history.deletions(database, None)] == [
        "@3.2", "@3.1", "@2.2", "@2.1", "@1.2", "@1.1"
    ]  # fmt: skip


def test_numbers_are_never_used_again(database: sqlite3.Connection) -> None:
    first = begin(database)
    with database:
        database.execute("DELETE FROM changes")
        database.execute("DELETE FROM applies")
    assert begin(database) > first


def test_an_intent_is_whole_or_not_there(database: sqlite3.Connection) -> None:
    with pytest.raises(AttributeError):
        begin(database, (GONE, None))  # type: ignore[arg-type]
    assert history.applies(database, None) == []
    assert Database(database)["changes"].count == 0


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("@7", (7, None)),
        ("@7.3", (7, 3)),
        (apply_id(12), (12, None)),
        (deletion_id(12, 34), (12, 34)),
        ("7", None),
        ("@", None),
        ("@7.", None),
        ("@7.3.1", None),
        ("@7.png", None),
        ("a@7", None),
        ("@-1", None),
        ("@7\n", None),
    ],
)
def test_an_id_is_told_from_a_path(text: str, parsed: tuple[int, int | None] | None) -> None:
    assert parse_id(text) == parsed
