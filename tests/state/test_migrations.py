"""A state.db of an earlier version is brought up to date with all that is in it."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_utils import Database

from manifest_sync.core.content import Content, Side
from manifest_sync.core.memory import Memory
from manifest_sync.state import history, memories
from manifest_sync.state.cache import Cache
from manifest_sync.state.migrating import MIGRATIONS
from manifest_sync.state.state import open_state

CONTENT = Content(3, "0" * 32)


def of_version_1(path: Path) -> sqlite3.Connection:
    """A new database as the first version made it."""
    connection = sqlite3.connect(path)
    MIGRATIONS["state"].apply(Database(connection), stop_before="m002_restoring")
    connection.execute("PRAGMA user_version = 1")
    return connection


def test_the_first_version_keeps_memory_and_history(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    old = of_version_1(path)
    style = memories.know(old, "https://e", "s3://b/p/", "16", "styles/16")
    memories.fold(old, style.id, {"a.png": Memory(CONTENT)})
    old.execute(
        "INSERT INTO applies (style_id, command, side, plan, user, host, began)"
        " VALUES (1, 'push', 's3', 'f00', 'ann', 'workstation', 't0')"
    )
    old.execute(
        "INSERT INTO changes VALUES"
        " (1, 1, 's3', 'a.png', 'delete', 'deleted', 3, ?, NULL, NULL, 'done', NULL, 't1', 'k')",
        (CONTENT.md5,),
    )
    old.commit()
    old.close()
    new = open_state(path)
    assert memories.load(new, style.id) == {"a.png": Memory(CONTENT)}
    [row] = history.deletions(new, None)
    assert (row.id, row.side, row.content, row.kept_at) == ("@1.1", Side.S3, CONTENT, "k")
    assert (row.command, row.remote, row.endpoint) == ("push", "s3://b/p/", "https://e")
    assert (row.pruned, row.restored, row.is_kept) == (None, None, True)
    new.close()


def version_of(path: Path) -> int:
    connection = sqlite3.connect(path)
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return version


def test_a_file_is_of_the_version_that_its_last_migration_makes(tmp_path: Path) -> None:
    open_state(tmp_path / "state.db").close()
    Cache(tmp_path / "cache.db").close()
    made = {kind: version_of(tmp_path / f"{kind}.db") for kind in MIGRATIONS}
    everything = {kind: Database(memory=True) for kind in MIGRATIONS}
    assert made == {
        kind: len(migrations.pending(everything[kind])) for kind, migrations in MIGRATIONS.items()
    }


@pytest.mark.parametrize("kind", ["state", "cache"])
def test_what_migrates_is_imported_for_files_that_are_new_or_old_alone(
    tmp_path: Path, kind: str
) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from manifest_sync.state.cache import Cache\n"
        "from manifest_sync.state.state import open_state\n"
        f"{{'cache': Cache, 'state': open_state}}[{kind!r}](Path('a.db')).close()\n"
        "print('sqlite_utils' in sys.modules)\n"
    )
    opened = [
        subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(2)
    ]
    assert opened == ["True", "False"]
