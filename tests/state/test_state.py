"""state.db: opened safely, refused with what to do, never thrown away."""

import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database, hookimpl
from sqlite_utils.plugins import pm

from manifest_sync.core.content import Content
from manifest_sync.core.errors import StateError
from manifest_sync.core.memory import Memory
from manifest_sync.core.statistics import Statistics
from manifest_sync.state import history, journal, memories
from manifest_sync.state.state import open_state

CONTENT = Content(1, "0" * 32)


def filled(path: Path, count: int = 3000) -> None:
    database = open_state(path)
    known = memories.know(database, "https://e", "s3://b/p/", "16", "styles/16")
    memories.fold(
        database, known.id, {f"{n:05d}.png": Memory(CONTENT, CONTENT, None) for n in range(count)}
    )
    database.close()


class Meddling:
    """What somebody may have installed for other databases than ours."""

    @hookimpl
    def prepare_connection(self, conn: sqlite3.Connection) -> None:
        conn.execute("CREATE TABLE meddled (x)")


def test_plugins_of_sqlite_utils_do_not_get_at_it(tmp_path: Path) -> None:
    plugin = Meddling()
    pm.register(plugin)
    try:
        database = open_state(tmp_path / "state.db")
        assert "meddled" not in Database(database, execute_plugins=False).table_names()
        database.close()
    finally:
        pm.unregister(plugin)


def test_file_and_folder_are_private(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        path = tmp_path / ".manifest-sync" / "state.db"
        database = open_state(path)
        memories.know(database, "e", "r", "s", "f")
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        files = list(path.parent.iterdir())
        assert {file.name for file in files} >= {"state.db", "state.db-wal"}
        for file in files:
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        database.close()
    finally:
        os.umask(umask)


def test_it_is_durable_and_opened_twice_alike(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    database = open_state(path)
    assert database.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    tables = set(Database(database).table_names())
    database.close()
    again = open_state(path)
    assert (
        set(Database(again).table_names()) == tables >= {"memory", "applies", "changes", "styles"}
    )
    again.close()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "text": lambda path: path.write_bytes(b"hello, I am not a database, and long enough to show"),
    "header": lambda path: path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 8192),
    "half": lambda path: os.truncate(path, path.stat().st_size // 2),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_with_what_to_do_and_left_alone(
    tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "state.db"
    filled(path)
    DAMAGES[damage](path)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(StateError) as caught:
        _use(path)
    message = str(caught.value)
    assert str(path) in message
    assert "is damaged" in message
    assert "backup" in message
    assert "move it away" in message
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def _use(path: Path) -> None:
    database = open_state(path)
    try:
        known = memories.know(database, "https://e", "s3://b/p/", "16", "styles/16")
        memories.load(database, known.id)
        memories.fold(database, known.id, {"a": Memory(CONTENT)})
    finally:
        database.close()


USES: dict[str, Callable[[sqlite3.Connection], object]] = {
    "load": lambda db: memories.load(db, 1),
    "fold": lambda db: memories.fold(
        db, 1, {f"{n:05d}.png": Memory(CONTENT) for n in range(0, 3000, 5)}
    ),
    "forget": lambda db: memories.forget_recorded(db, 1),
}


@pytest.mark.parametrize("use", USES)
def test_damage_that_shows_only_in_use_is_told_the_same_way(tmp_path: Path, use: str) -> None:
    path = tmp_path / "state.db"
    filled(path)
    with path.open("r+b") as file:
        for page in range(12, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    database = open_state(path)
    with pytest.raises(StateError, match=r"is damaged: .*move it away"):
        USES[use](database)
    database.close()


def test_a_missing_table_is_a_sentence_too(tmp_path: Path) -> None:
    database = open_state(tmp_path / "state.db")
    for table in ("changes", "applies"):
        database.execute(f"DROP TABLE {table}")
    for ask in (history.applies, history.deletions):
        with pytest.raises(StateError, match=r"state\.db cannot be used: no such table"):
            ask(database, None)
    with pytest.raises(StateError, match=r"state\.db cannot be used"):
        journal.end(database, 1, Statistics(), "now")
    database.close()


def test_a_full_disk_is_a_sentence_and_the_file_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    filled(path, 5)
    database = open_state(path)
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StateError, match=r"state\.db cannot be used: .*full"):
        memories.fold(database, 1, {f"x{n}": Memory(CONTENT) for n in range(9000)})
    assert len(memories.load(database, 1)) == 5
    assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    database.close()


def test_a_newer_file_says_update_and_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    filled(path, 1)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for _ in range(2):
        with pytest.raises(StateError, match=r"newer version.*[Uu]pdate manifest-sync"):
            open_state(path)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM memory").fetchone()[0] == 1
    connection.close()


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state.db").mkdir()
    with pytest.raises(StateError, match=r"state\.db cannot be opened: Is a directory\.$"):
        open_state(tmp_path / "state.db")
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match=r"cannot be opened: (Not a directory|File exists)\.$"):
        open_state(tmp_path / "file" / "state.db")
