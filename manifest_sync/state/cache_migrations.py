"""From the first cache.db to the newest: the steps, of which a released one is never edited."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("cache")


@MIGRATIONS()
def m001_digests(database: Database) -> None:
    """Digests of local files, and of S3 objects whose ETag does not tell them."""
    database.conn.execute(
        "CREATE TABLE digests (folder TEXT NOT NULL, path TEXT NOT NULL,"
        " size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,"
        " inode INTEGER NOT NULL, md5 TEXT NOT NULL, xxh3 TEXT NOT NULL,"
        " trusted INTEGER NOT NULL, trouble TEXT, PRIMARY KEY (folder, path)) WITHOUT ROWID"
    )
    database.conn.execute(
        "CREATE TABLE objects (remote TEXT NOT NULL, path TEXT NOT NULL, etag TEXT NOT NULL,"
        " md5 TEXT NOT NULL, PRIMARY KEY (remote, path)) WITHOUT ROWID"
    )


@MIGRATIONS()
def m002_published(database: Database) -> None:
    """Published manifests, by the ETag of the object they were read from."""
    database.conn.execute(
        "CREATE TABLE published (remote TEXT PRIMARY KEY, etag TEXT NOT NULL, text BLOB NOT NULL)"
        " WITHOUT ROWID"
    )


@MIGRATIONS()
def m003_since_when(database: Database) -> None:
    """When each digest was written down, in seconds since 1970; for whoever asks why."""
    database.conn.execute("ALTER TABLE digests ADD COLUMN since INTEGER")


@MIGRATIONS()
def m004_publications(database: Database) -> None:
    """When and by whom the manifest was published; those read before are read once more."""
    database.conn.execute("DELETE FROM published")
    for column in ("published_at", "user", "host", "tool"):
        database.conn.execute(f"ALTER TABLE published ADD COLUMN {column} TEXT")


@MIGRATIONS()
def m005_in_step(database: Database) -> None:
    """What was in step when a style was last worked on, in columns."""
    database.conn.execute(
        "CREATE TABLE in_step (remote TEXT PRIMARY KEY, tool TEXT NOT NULL, whose TEXT NOT NULL,"
        " manifest_md5 TEXT NOT NULL, columns BLOB NOT NULL)"
    )
