"""From the first state.db to the newest: the steps, of which a released one is never edited."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("state")


@MIGRATIONS()
def m001_memory_and_journal(database: Database) -> None:
    """The three memories of a path, and every apply with its changes."""
    # Statement by statement: executescript would commit the migration's transaction.
    for statement in _MEMORY_AND_JOURNAL.split(";"):
        database.conn.execute(statement)


@MIGRATIONS()
def m002_restoring(database: Database) -> None:
    """Which kept bytes a change brought back, and when kept bytes were removed for good."""
    for statement in (
        "ALTER TABLE changes ADD COLUMN taken_from TEXT",
        "ALTER TABLE changes ADD COLUMN pruned TEXT",
        "CREATE INDEX changes_taken_from ON changes (taken_from) WHERE taken_from IS NOT NULL",
        "CREATE INDEX changes_kept_at ON changes (kept_at) WHERE kept_at IS NOT NULL",
    ):
        database.conn.execute(statement)


_MEMORY_AND_JOURNAL = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE styles (
    id INTEGER PRIMARY KEY,
    endpoint TEXT NOT NULL,
    remote TEXT NOT NULL,
    style TEXT NOT NULL,
    folder TEXT NOT NULL,
    serial INTEGER NOT NULL DEFAULT 0,
    UNIQUE (endpoint, remote)
);
CREATE TABLE memory (
    style_id INTEGER NOT NULL REFERENCES styles,
    path TEXT NOT NULL,
    recorded_size INTEGER, recorded_md5 TEXT,
    base_size INTEGER, base_md5 TEXT,
    seen_size INTEGER, seen_md5 TEXT,
    PRIMARY KEY (style_id, path)
) WITHOUT ROWID;
CREATE TABLE applies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    style_id INTEGER NOT NULL REFERENCES styles,
    command TEXT NOT NULL,
    side TEXT NOT NULL,
    plan TEXT NOT NULL,
    user TEXT NOT NULL,
    host TEXT NOT NULL,
    began TEXT NOT NULL,
    ended TEXT,
    statistics TEXT
);
CREATE TABLE changes (
    apply_id INTEGER NOT NULL REFERENCES applies,
    number INTEGER NOT NULL,
    side TEXT NOT NULL,
    path TEXT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT NOT NULL,
    before_size INTEGER, before_md5 TEXT,
    after_size INTEGER, after_md5 TEXT,
    status TEXT,
    error TEXT,
    ended TEXT,
    kept_at TEXT,
    PRIMARY KEY (apply_id, number)
) WITHOUT ROWID
"""


@MIGRATIONS()
def m003_preconditions(database: Database) -> None:
    """What a change was to find: it tells, after a crash, what the change has done."""
    database.conn.execute("ALTER TABLE changes ADD COLUMN precondition TEXT")


@MIGRATIONS()
def m004_without_an_outcome(database: Database) -> None:
    """Finding the changes that nobody knows the outcome of, among all that were ever made."""
    database.conn.execute("CREATE INDEX changes_open ON changes (apply_id) WHERE status IS NULL")


@MIGRATIONS()
def m005_prunes(database: Database) -> None:
    """When kept bytes were removed for good, by whom, and how much it came to."""
    database.conn.execute(
        "CREATE TABLE prunes (id INTEGER PRIMARY KEY AUTOINCREMENT, before TEXT NOT NULL,"
        " user TEXT NOT NULL, host TEXT NOT NULL, began TEXT NOT NULL, ended TEXT,"
        " files INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0)"
    )


@MIGRATIONS()
def m006_uploads(database: Database) -> None:
    """The uploads in parts that are under way."""
    database.conn.execute(
        "CREATE TABLE uploads (upload TEXT PRIMARY KEY, endpoint TEXT NOT NULL,"
        " bucket TEXT NOT NULL, key TEXT NOT NULL, began TEXT NOT NULL) WITHOUT ROWID"
    )
