"""A state.db of an earlier version is brought up to date with all that is in it."""

from pathlib import Path

from sqlite_utils import Database, Migrations

from manifest_sync.core.content import Content, Side
from manifest_sync.core.memory import Memory
from manifest_sync.state import history, memories
from manifest_sync.state.database import Schema, open_database
from manifest_sync.state.state import m001_memory_and_journal, open_state

CONTENT = Content(3, "0" * 32)


def of_version_1(path: Path) -> Database:
    """A new database as the first version made it."""
    migrations = Migrations("state")
    migrations(name="m001_memory_and_journal")(m001_memory_and_journal)
    return open_database(path, Schema(migrations, 1), "FULL")


def test_the_first_version_keeps_memory_and_history(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    old = of_version_1(path)
    style = memories.know(old, "https://e", "s3://b/p/", "16", "styles/16")
    memories.fold(old, style.id, {"a.png": Memory(CONTENT)})
    old.conn.execute(
        "INSERT INTO applies (style_id, command, side, plan, user, host, began)"
        " VALUES (1, 'push', 's3', 'f00', 'ann', 'workstation', 't0')"
    )
    old.conn.execute(
        "INSERT INTO changes VALUES"
        " (1, 1, 's3', 'a.png', 'delete', 'deleted', 3, ?, NULL, NULL, 'done', NULL, 't1', 'k')",
        (CONTENT.md5,),
    )
    old.conn.commit()
    old.close()
    new = open_state(path)
    assert memories.load(new, style.id) == {"a.png": Memory(CONTENT)}
    [row] = history.deletions(new, None)
    assert (row.id, row.side, row.content, row.kept_at) == ("@1.1", Side.S3, CONTENT, "k")
    assert (row.command, row.remote, row.endpoint) == ("push", "s3://b/p/", "https://e")
    assert (row.pruned, row.restored, row.is_kept) == (None, None, True)
    new.close()
